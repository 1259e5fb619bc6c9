-- Trino's functions, for DuckDB: the same name, Trino's meaning.
--
-- A macro shadows DuckDB's builtin of that name; where a macro needs the builtin
-- itself it says system.main.<name>. Names that begin with "trino_" are our own: the
-- translator writes them in place of syntax (a cast, a subscript) or of a variant.
-- JSON paths arrive here as JSON pointers. DuckDB's error() is volatile, and TRY
-- refuses it; a cast that must fail does the same, so trino_fail is one.
-- tests/dialect_cases.py holds every one of them to Trino's documented meaning.

create macro trino_fail(message) as
    cast('not a value: ' || message as bigint);

-- What Java calls white space, which is what Trino trims.
create macro trino_blanks() as
    chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30)
    || chr(31) || ' ' || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195)
    || chr(8196) || chr(8197) || chr(8198) || chr(8200) || chr(8201) || chr(8202)
    || chr(8232) || chr(8233) || chr(8287) || chr(12288);

-- Text. Trino counts code points, from 1; it cuts before the start to nothing.

create macro trim(s) as system.main.trim(s, trino_blanks());
create macro ltrim(s) as system.main.ltrim(s, trino_blanks());
create macro rtrim(s) as system.main.rtrim(s, trino_blanks());

-- Java has no upper case for this one letter; DuckDB has.
create macro upper(s) as
    array_to_string(
        list_transform(string_split(s, 'ß'), lambda part: system.main.upper(part)), 'ß'
    );

create macro substr(s, start) as
    case
        when start = 0 or start < -length(s) then ''
        else system.main.substr(s, start)
    end,
(s, start, size) as
    case
        when start = 0 or start < -length(s) or size <= 0 then ''
        else system.main.substr(s, start, size)
    end;

create macro replace(s, search) as
    system.main.replace(s, search, ''),
(s, search, new) as
    case
        when search = ''
        then new || array_to_string(
            list_transform(string_split(s, ''), lambda c: c || new), ''
        )
        else system.main.replace(s, search, new)
    end;

create macro reverse(s) as
    array_to_string(list_reverse(string_split(s, '')), '');

create macro split(s, delimiter) as
    string_split(
        s,
        case when delimiter = '' then cast(trino_fail('empty delimiter') as varchar)
            else delimiter end
    );

create macro split_part(s, delimiter, part) as
    list_extract(
        string_split(s, delimiter),
        case when part < 1 then trino_fail('index ' || part) else part end
    );

create macro regexp_like(s, pattern) as system.main.regexp_matches(s, pattern);

create macro regexp_extract(s, pattern) as
    case when system.main.regexp_matches(s, pattern)
        then system.main.regexp_extract(s, pattern) end,
(s, pattern, part) as
    case when system.main.regexp_matches(s, pattern)
        then system.main.regexp_extract(s, pattern, part) end;

create macro regexp_replace(s, pattern) as
    system.main.regexp_replace(s, pattern, '', 'g'),
(s, pattern, new) as
    system.main.regexp_replace(
        s, pattern, system.main.regexp_replace(new, '\$(\d)', '\\\1', 'g'), 'g'
    );

create macro regexp_count(s, pattern) as
    cast(len(regexp_extract_all(s, pattern)) as bigint);

create macro url_decode(s) as
    system.main.url_decode(
        system.main.replace(
            case
                when system.main.regexp_matches(s, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)')
                then cast(trino_fail('url ' || s) as varchar)
                else s
            end,
            '+', ' '
        )
    );

create macro greatest(a, b) as
    case when a is not null and b is not null then system.main.greatest(a, b) end,
(a, b, c) as
    case when a is not null and b is not null and c is not null
        then system.main.greatest(a, b, c) end,
(a, b, c, d) as
    case when a is not null and b is not null and c is not null and d is not null
        then system.main.greatest(a, b, c, d) end;

create macro least(a, b) as
    case when a is not null and b is not null then system.main.least(a, b) end,
(a, b, c) as
    case when a is not null and b is not null and c is not null
        then system.main.least(a, b, c) end,
(a, b, c, d) as
    case when a is not null and b is not null and c is not null and d is not null
        then system.main.least(a, b, c, d) end;

-- Numbers. DuckDB rounds by decimals, Trino by the double.

create macro round(x) as system.main.round(x),
(x, places) as
    case when x < 0 then -floor(-x * power(10, places) + 0.5e0) / power(10, places)
        else floor(x * power(10, places) + 0.5e0) / power(10, places) end;

create macro sqrt(x) as
    case when x < 0 then cast('NaN' as double) else system.main.sqrt(x) end;

-- Time. All timestamps are plain, and UTC.

create macro to_unixtime(t) as epoch(t);

create macro from_unixtime(seconds) as
    make_timestamp(
        1000 * cast(system.main.round(1000 * cast(seconds as double)) as bigint)
    );

create macro date_diff(unit, a, b) as system.main.date_sub(unit, a, b);

create macro date_add(unit, count, t) as
    t + case unit
        when 'millisecond' then to_milliseconds(count)
        when 'second' then to_seconds(count)
        when 'minute' then to_minutes(count)
        when 'hour' then to_hours(count)
        when 'day' then to_days(cast(count as integer))
        when 'week' then to_weeks(cast(count as integer))
        when 'month' then to_months(cast(count as integer))
        when 'quarter' then to_quarters(cast(count as integer))
        when 'year' then to_years(cast(count as integer))
    end;

create macro day_of_week(t) as isodow(t);

create macro from_iso8601_timestamp(s) as
    cast(
        case
            when system.main.regexp_full_match(
                s,
                '\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d([.,]\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?'
            ) then s
            when s is not null then cast(trino_fail('time ' || s) as varchar)
        end as timestamptz
    ) at time zone 'UTC';

-- JSON. Malformed text gives null; so does what is not there.

create macro json_extract(j, pointer) as
    case when json_valid(j) then system.main.json_extract(j, pointer) end;

create macro json_extract_scalar(j, pointer) as
    case when json_valid(j)
        then json_extract_string(json_value(j, pointer), '$') end;

create macro json_format(j) as cast(j as varchar);

create macro json_array_length(j) as
    case when json_valid(j) and json_type(j) = 'ARRAY'
        then cast(system.main.json_array_length(j) as bigint) end;

-- Arrays, from 1. Trino's logic has three values: a null element may be the one.

create macro cardinality(a) as len(a);

create macro contains(a, element) as
    case
        when list_contains(a, element) then true
        when a is null or element is null or list_count(a) < len(a) then null
        else false
    end;

create macro element_at(a, i) as
    list_extract(a, case when i = 0 then trino_fail('index 0') else i end);

create macro trino_subscript(a, i) as
    list_extract(
        a, case when i < 1 or i > len(a) then trino_fail('index ' || i) else i end
    );

create macro array_join(a, separator) as array_to_string(a, separator),
(a, separator, missing) as
    array_to_string(
        list_transform(a, lambda x: coalesce(cast(x as varchar), missing)), separator
    );

create macro array_max(a) as
    case when list_count(a) = len(a) then list_max(a) end;

create macro array_min(a) as
    case when list_count(a) = len(a) then list_min(a) end;

create macro array_sort(a) as list_sort(a, 'ASC', 'NULLS LAST');

create macro array_distinct(a) as
    list_filter(a, lambda x, i: list_position(a, x) = i);

-- The same in any order. DuckDB's own leaves a null out.
create macro trino_distinct(a) as
    case
        when list_count(a) < len(a) then list_append(list_distinct(a), null)
        else list_distinct(a)
    end;

create macro arrays_overlap(a, b) as
    case
        when list_has_any(a, b) then true
        when a is null or b is null then null
        when len(a) = 0 or len(b) = 0 then false
        when list_count(a) < len(a) or list_count(b) < len(b) then null
        else false
    end;

-- Casts. DuckDB reads far more texts as a number, a time or a boolean than Trino.

-- Trino writes a timestamp(3) with its milliseconds; a double it writes as 1.5E0.
create macro trino_varchar(x) as
    case typeof(x)
        when 'TIMESTAMP'
        then system.main.substr(
            cast(x as varchar)
            || case when system.main.contains(cast(x as varchar), '.')
                then '000' else '.000' end,
            1, 23
        )
        when 'DOUBLE' then cast(trino_fail('double as varchar') as varchar)
        when 'JSON' then cast(trino_fail('json as varchar') as varchar)
        else cast(x as varchar)
    end;

-- The elements of a JSON array, as text; Trino refuses one that holds another.
create macro trino_texts(j) as
    case
        when json_valid(j) and json_type(j) = 'ARRAY'
            and not list_has_any(json_type(j, '$[*]'), ['OBJECT', 'ARRAY'])
        then cast(json_extract_string(j, '$[*]') as varchar[])
    end;

create macro trino_elements(j) as
    case when json_valid(j) and json_type(j) = 'ARRAY'
        then cast(system.main.json_extract(j, '$[*]') as json[]) end;

-- A list for a cast that must fail; null where the JSON is null.
create macro trino_refused_list(j) as
    case when j is not null and json_type(j) <> 'NULL'
        then [cast(trino_fail(cast(j as varchar)) as varchar)] end;

create macro trino_try_bigint(x) as
    case
        when typeof(x) = 'DOUBLE' then try_cast(round(try_cast(x as double)) as bigint)
        when typeof(x) <> 'VARCHAR'
            or system.main.regexp_full_match(
                cast(x as varchar), '[+-]?[0-9]+'
            )
        then try_cast(x as bigint)
    end;

create macro trino_try_integer(x) as try_cast(trino_try_bigint(x) as integer);

create macro trino_try_double(x) as
    case
        when typeof(x) <> 'VARCHAR'
            or system.main.regexp_full_match(
                cast(x as varchar),
                '[ \t-\r]*[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|Infinity)[ \t-\r]*'
            )
        then try_cast(x as double)
    end;

create macro trino_try_boolean(x) as
    case
        when typeof(x) <> 'VARCHAR'
            or lower(cast(x as varchar)) in ('t', 'true', '1', 'f', 'false', '0')
        then try_cast(x as boolean)
    end;

create macro trino_try_timestamp(x) as
    case
        when typeof(x) <> 'VARCHAR'
            or system.main.regexp_full_match(
                cast(x as varchar),
                '\d{4}-\d\d?-\d\d?( \d\d?:\d\d?(:\d\d?(\.\d+)?)?)?'
            )
        then try_cast(x as timestamp)
    end;

create macro trino_try_date(x) as
    case
        when typeof(x) <> 'VARCHAR'
            or system.main.regexp_full_match(
                cast(x as varchar), '\d{4}-\d\d?-\d\d?'
            )
        then try_cast(x as date)
    end;

-- The text on which a cast must fail, naming the value; null stays null.
create macro trino_refused(x) as
    case when x is not null then 'not a value: ' || cast(x as varchar) end;

-- Addresses. An ipaddress is 16 bytes in Trino, IPv4 mapped into ::ffff:0:0/96, and
-- here their 32 hexadecimal digits, which sort and compare the same way. A list of one
-- holds a value that is needed twice; a macro would write out all of it again.

create macro trino_is_v4(s) as
    system.main.regexp_full_match(
        s, '((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.|$)){4}'
    ) and not ends_with(s, '.');

create macro trino_hex_v4(s) as
    printf(
        '%02x%02x%02x%02x',
        try_cast(system.main.split_part(s, '.', 1) as integer),
        try_cast(system.main.split_part(s, '.', 2) as integer),
        try_cast(system.main.split_part(s, '.', 3) as integer),
        try_cast(system.main.split_part(s, '.', 4) as integer)
    );

-- Every group in four digits, an IPv4 address at the end in eight.
create macro trino_groups(s) as
    array_to_string(
        list_transform(
            string_split(lower(s), ':'),
            lambda part: case
                when part = '' then ''
                when trino_is_v4(part) then trino_hex_v4(part)
                when system.main.regexp_full_match(part, '[0-9a-f]{1,4}')
                then system.main.lpad(part, 4, '0')
                else '?'
            end
        ), ':'
    );

create macro trino_hex_v6(s) as
    list_transform(
        [list_transform(
            string_split(trino_groups(s), '::'),
            lambda half: case
                when half = '' or system.main.regexp_full_match(
                    half, '([0-9a-f]{4}:)*([0-9a-f]{4}){1,2}'
                ) then system.main.replace(half, ':', '')
            end
        )],
        lambda halves: case
            when len(halves) = 1 and length(halves[1]) = 32 then halves[1]
            when len(halves) = 2 and length(halves[1]) + length(halves[2]) <= 28
            then system.main.rpad(
                halves[1], 32 - cast(length(halves[2]) as integer), '0'
            ) || halves[2]
        end
    )[1];

-- DuckDB works lambdas out for every row, whatever the CASE around them says: so the
-- rows that are no IPv6 address go in as null, and cost nothing.
create macro trino_try_address(s) as
    case
        when trino_is_v4(s) then '00000000000000000000ffff' || trino_hex_v4(s)
        else trino_hex_v6(
            case when system.main.regexp_full_match(s, '[0-9A-Fa-f:]*:[0-9A-Fa-f.]*')
                then s end
        )
    end;

create macro trino_address(s) as
    coalesce(
        trino_try_address(s),
        case when s is not null then cast(trino_fail('address ' || s) as varchar) end
    );

-- Whether an address begins with the bits of a network. Of two versions of IP Trino
-- makes an error, and the TRY that must stand around it a null.
create macro trino_in_network(address, network, bits) as
    case
        when starts_with(address, '00000000000000000000ffff')
            = starts_with(network, '00000000000000000000ffff')
        then system.main.left(address, bits // 4) = system.main.left(network, bits // 4)
            and (
                bits % 4 = 0
                or (instr('0123456789abcdef', address[bits // 4 + 1]) - 1)
                    >> (4 - bits % 4)
                = (instr('0123456789abcdef', network[bits // 4 + 1]) - 1)
                    >> (4 - bits % 4)
            )
    end;
