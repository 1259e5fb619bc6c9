-- What Athena refuses, with a word of the remedy; all of it before anything runs.

-- remedy: not know it there yet
select service as s, count(*) as n from events group by s;
select date_trunc('hour', time) as hour, count(*) as n from events group by hour;
select lower(actor) as who from events where who like 'user/%';
select actor, count(*) as n from events group by actor having n > 10;
select action as a, a || '!' as b from events;
select split_part(actor, '/', 1) as kind, count(*) from events where kind = 'user' group by 1;

-- remedy: timestamp '2026-03-12 00:00:00'
select count(*) from events where time > '2026-03-12';
select count(*) from events where time >= '2026-03-12T00:00:00Z';
select count(*) from events where '2026-03-12' <= time;
select count(*) from events where time between '2026-03-12' and '2026-03-13';
select count(*) from events where time in ('2026-03-12');
select count(*) from events where date_trunc('day', time) = '2026-03-12';
select count(*) from events where session_start < '2026-03-12 00:00:00';
select actor, min(time) from events group by actor having min(time) > '2026-03-12';
select coalesce(session_start, '2026-03-12') from events;

-- remedy: timestamp '
select * from events where time = 'yesterday';

-- remedy: cast(
select count(*) from events where cast(time as varchar) = date '2026-03-12';
select actor || count(*) from events group by actor;
select count(*) || ' events' from events;
select 'read: ' || read_only from events;
select lower(time) from events;
select time like '2026-03-12%' from events;
select count(*) from events where time like '2026-03-12%';
select length(time) from events;
select substr(time, 1, 10) as day, count(*) from events group by 1;
select case when is_write then 'write' else 0 end from events;
select if(is_write, 1, 'no') from events;

-- remedy: without quotes
select count(*) from events where read_only = 'true';
select count(*) from events where read_only = 'false';
select count(*) from events where is_write in ('true');
select count(*) from events where mfa_authenticated <> 'true';
select count(*) from events where length(action) = '5';
select action, count(*) from events group by action having count(*) > '10';

-- remedy: in quotes
select coalesce(error_code, 0) from events;
select count(*) from events where account = 111122223333;
select count(*) from events where account in (111122223333, 444455556666);
select count(*) from events where caller_account <> 111122223333;

-- remedy: condition
select count(*) from events where action;
select count(*) from events where 1;
select count(*) from events where not action;
select count(*) from events where is_write and 'x';
select count_if(action) from events;
select if(action, 1, 2) from events;
select count(*) filter (where action) from events;

-- remedy: Did you mean
select acton from events;
select sourceip from events;
select e.user_agnt from events e;
select event_nme, count(*) from events group by 1;
select count(*) from events where erorr_code = 'AccessDenied';
select time from events order by tme;
select a.acton from (select action from events) a;
select action from event;
select action from Events_;

-- remedy: There is no column
select zzz_source, useridentity from events;
select x.nothing_like_it from events x;
select _col0 from (select count(*) from events);
select count(*) from events where zzzzzz = 1;

-- remedy: is the column
select eventname from events;
select errorcode from events;
select eventtime from events;
select useridentity.arn from events;
select sourceIPAddress, count(*) from events group by 1;

-- remedy: single quotes
select count(*) from events where action = "DeleteBucket";
select count(*) from events where actor like "user/%";

-- remedy: json_extract_scalar
select request.bucketName from events;
select request['bucketName'] from events;
select additional_data.MFAUsed from events;
select json_extract(request, '$.a') = 'x' from events;
select json_value(request, '$.bucketName') from events;
select request->>'bucketName' from events;
select request->'$.bucketName' from events;

-- remedy: group by
select actor, action, count(*) from events group by actor;
select actor, count(*) from events;
select *, count(*) from events;
select actor, max(time) from events group by 1 order by action;
select actor from events having action = 'x';
select region, account, count(*) from events group by region order by 1;

-- remedy: having
select actor from events where count(*) > 5 group by actor;
select actor, count(*) from events where max(time) > timestamp '2026-03-12 00:00:00' group by actor;

-- remedy: with numbered as
select time, action from events where row_number() over (order by time) = 1;

-- remedy: within group
select listagg(actor, ', ') from events;
select actor, listagg(action) from events group by actor;
select string_agg(action, ', ') from events;
select group_concat(action) from events;

-- remedy: offset 20 limit 10
select action from events order by time limit 10 offset 20;

-- remedy: lower(x) like
select count(*) from events where action ilike '%bucket%';

-- remedy: strpos
select count(*) from events where contains(request, 'payroll');
select instr(request, 'payroll') from events;
select charindex('a', request) from events;

-- remedy: coalesce
select nvl(error_code, 'none') from events;
select ifnull(error_code, 'none') from events;

-- remedy: regexp_like
select count(*) from events where regexp_matches(action, '^Delete');
select count(*) from events where action similar to 'Delete%';

-- remedy: row_number()
select median(length(request)) from events;

-- remedy: date_diff
select datediff('day', min(time), max(time)) from events;

-- remedy: date_format
select to_char(time, 'YYYY-MM-DD') from events;
select strftime(time, '%Y') from events;

-- remedy: interval '1' day
select time + 1 from events;
select count(*) from events where time > now() - 7;

-- remedy: extract(hour from time)
select date_part('hour', time) from events;

-- remedy: write cast(
select action::varchar from events;
select time::date from events;

-- remedy: not a type
select cast(action as text) from events;
select cast(action as string) from events;
select cast(count(*) as float) from events;
select cast(account as int64) from events;

-- remedy: write =
select count(*) from events where action == 'DeleteBucket';

-- remedy: is null
select count(*) from events where read_only is true;
select count(*) from events where is_write is not false;

-- remedy: exactly one SELECT
select 1; select 2;

-- remedy: only reads
delete from events where actor = 'root';
drop table events;
insert into events select * from events;
create table x as select * from events;
update events set actor = 'x';

-- remedy: There is no relation
select * from records;
select * from cloudtrail_logs;
select * from 'evidence.parquet';

-- remedy: bare name
select * from default.events;
select * from read_parquet('x');

-- remedy: as many
select action from events union select action, actor from events;

-- remedy: the two sides
select action from events union all select time from events;

-- remedy: there are 2 columns
select action, actor from events order by 3;
select action, actor from events group by 1, 3;

-- remedy: of distinct rows
select distinct action from events order by time;

-- remedy: is a column of
select action from events e join deliveries d on e.event_id = d.event_id;
select event_id from events a, events b;

-- remedy: there is no field
select resources[1].name from events;

-- remedy: takes
select sum(is_write) from events;
select avg(action) from events;
select substr(action) from events;
select split_part(actor, '/') from events;
select regexp_like(action) from events;
select count(actor, action) from events;
select count(distinct actor, action) from events;
select date_trunc(time, 'day') from events;

-- remedy: nothing here is called
select x.* from events;

-- remedy: takes no filter
select listagg(action, ',') within group (order by action) filter (where is_write) from events;

-- remedy: write limit 5
select top 5 * from events;

-- remedy: For qualify
select * from events qualify row_number() over (partition by actor order by time) = 1;

-- remedy: number the rows in a WITH
select distinct on (actor) actor, action from events order by actor;

-- remedy: the escape is one letter
select action from events where action like 'a!' escape '!';
select action from events where action like 'a!b%' escape '!';

-- remedy: Athena makes no list of text
select cast(request as array(varchar)) from events;

-- remedy: using (event_id)
select count(*) from events natural join deliveries;

-- remedy: union all
select action, count(*) from events group by action with rollup;

-- remedy: is not a regular expression
select count(*) from events where regexp_like(action, 'Delete(Bucket');
select regexp_extract(actor, '[a-z') as name from events;
