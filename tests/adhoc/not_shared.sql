-- What Athena would run and trailkit refuses: another engine would answer otherwise.

-- remedy: json_extract_scalar
select json_parse(request) from events;

-- remedy: array_agg() needs an order
select array_agg(action) from events;

-- remedy: row_number()
select approx_percentile(length(request), 0.5e0) from events;

-- remedy: run to run
select random() from events;
select * from events tablesample bernoulli (10);

-- remedy: date_diff
select max(time) - min(time) from events;

-- remedy: date_format
select format_datetime(time, 'YYYY-MM-dd') from events;

-- remedy: double
select count(*) * 100.0 / 3 from events;
select 0.5 * count(*) from events;

-- remedy: not a type
select cast(count(*) as decimal(10, 2)) from events;

-- remedy: Two columns are called
select time, time from events;
select e.action, d.action from events e join deliveries d on e.event_id = d.event_id;

-- remedy: whole number already
select ceil(count(*)) from events;

-- remedy: plain UTC
select from_unixtime(1773273600);
select count(*) from events where time > from_unixtime(1773273600);

-- remedy: called "events"
select count(*) from events, events;

-- remedy: lists the types
select typeof(time) from events;

-- remedy: union all
select region, outcome, count(*) from events group by grouping sets ((region), (outcome), ());
select account, region, count(*) from events group by rollup (account, region);
select account, outcome, count(*) from events group by cube (account, outcome);
select account, grouping(account) from events group by rollup (account);

-- remedy: interval '1' hour
select time at time zone 'Europe/Berlin' from events;
select hour(time at time zone 'Europe/Berlin'), count(*) from events group by 1;
select with_timezone(time, 'UTC') from events;

-- remedy: is not shown
select try_cast(client_ip as ipaddress) as ip, count(*) from events group by 1;
select cast(cast(client_ip as ipaddress) as varchar) from events where client_ip is not null;
select array_agg(try_cast(client_ip as ipaddress) order by client_ip) from events;

-- remedy: limit 10
select action from events order by time, event_id offset 5 rows fetch first 3 rows only;

-- remedy: row_number()
select nth_value(action, 2) over (order by time, event_id) from events;

-- remedy: is not null
select lag(actor) ignore nulls over (order by time, event_id) from events;
select json_exists(request, 'lax $.bucketName') from events;

-- remedy: filter(
select array_intersect(array['a', 'b'], array['b']);
select array_except(array['a', 'b'], array['b']);
select array_remove(array['a', 'b'], 'a');

-- remedy: flatten(
select array_union(array['a', 'b'], array['b']);

-- remedy: with ordinality
select slice(array[1, 2, 3], 2, 2);
select array_position(array['a', 'b'], 'b');

-- remedy: as t (item)
select reduce(array[1, 2, 3], 0, (s, x) -> s + x, s -> s);

-- remedy: (values 1, 2, 3)
select n from unnest(sequence(1, 5)) as t (n);

-- remedy: regexp_extract(
select url_extract_host('https://signin.aws.amazon.com/x?y=1');
select url_extract_parameter('https://a/b?c=d', 'c');
select split_to_map('a=1;b=2', ';', '=');

-- remedy: url_decode
select url_encode('a b');

-- remedy: regexp_extract_all
select regexp_split(actor, '/')[1] from events;

-- remedy: in Python
select to_hex(md5(to_utf8(actor))) from events;
select from_base64('aGk=');

-- remedy: try_cast(client_ip as ipaddress)
select ip_prefix(cast('10.0.0.1' as ipaddress), 16);

-- remedy: compare with one value
select count(*) from events where length(action) > all (select length(actor) from events where actor = 'root');

-- remedy: x in (
select count(*) from events where action = any (values 'CreateUser', 'DeleteUser');
select count(*) from events where actor = some (select actor from events where is_write);

-- remedy: as a WITH
select e.actor, l.action from events e cross join lateral (select e.action) l (action);

-- remedy: For on overflow
select listagg(region, ', ' on overflow truncate '…' with count) within group (order by region) from events;

-- remedy: first instant
select last_day_of_month(max(time)) from events;

-- remedy: (values …) as t
with hours (h) as (values 0, 1, 2, 3) select h from hours;

-- remedy: is not a regular expression
select count(*) from events where regexp_like(action, 'Delete(?=Bucket)');
select regexp_replace(actor, '(?<kind>role)/', '') as name from events;
