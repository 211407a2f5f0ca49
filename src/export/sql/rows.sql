-- {title}
CREATE OR REPLACE TEMP VIEW dora_{span} AS
SELECT {first}
FROM dora_{span}_complete c
{joins};

SELECT * FROM dora_{span}
ORDER BY {order} CASE group_kind WHEN 'all' THEN 0 WHEN 'team' THEN 1 ELSE 2 END, group_name;
