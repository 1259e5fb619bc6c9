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
