-- The route intake of the policy intake, for duckdb.
-- Written by `turnout export sql`; the policy's hash is bcca4c463a766b79518c7d038f53f739ad5c2263b54e13f715cf6c6d9efa4a06.
--
-- routed says of each lead in leads which clause takes it.
-- It reads these columns, with values in their normal form, NULL for what is missing:
--   id                   a text: text
--   email                a text: email
--   firm                 a text: domain of email without free-mail
--   zip                  a text: code 5 digits
--   budget               a decimal number, DECIMAL(38, 9) at most: money EUR decimal comma range low
--   guests               a whole number of 64 bits: integer range high
--   discount             a decimal number, DECIMAL(38, 9) at most: number decimal point percent
--   event_day            a date: date month first
--   clicked              a date: date epoch milliseconds
--   opened               a date: date epoch seconds
--   typed_in             a date: date sheet days
--
-- Leads are decided as of 2026-11-23.

DROP VIEW IF EXISTS routed;

CREATE VIEW routed AS
WITH turnout_read AS (
  SELECT
    s.id AS turnout_key,
    CASE WHEN s.id IS NOT NULL AND s.id <> '' THEN s.id END AS id,
    CASE WHEN s.firm IS NOT NULL AND s.firm <> '' THEN s.firm END AS firm,
    s.zip,
    s.budget,
    s.guests,
    s.discount,
    s.event_day,
    s.clicked,
    s.opened,
    s.typed_in,
    NULLIF(SUBSTRING(CASE WHEN s.id IS NOT NULL AND s.id = '' THEN ', id' ELSE '' END || CASE WHEN s.email IS NOT NULL AND s.email = '' THEN ', email' ELSE '' END || CASE WHEN s.firm IS NOT NULL AND s.firm = '' THEN ', firm' ELSE '' END || CASE WHEN s.zip IS NOT NULL AND s.zip = '' THEN ', zip' ELSE '' END, 3), '') AS turnout_issues
  FROM leads AS s
), turnout_decided AS (
  SELECT
    l.turnout_key,
    l.turnout_issues,
    NULLIF(SUBSTRING(CASE WHEN l.id IS NULL THEN ', id' ELSE '' END, 3), '') AS turnout_lacking,
    CASE
      WHEN l.id IS NULL
      THEN 10
      WHEN l.budget IS NOT NULL AND l.budget >= 20000
      THEN 0 /* rule large (intake.route:30): budget >= 20000 */
      WHEN l.guests IS NOT NULL AND l.guests >= 500
      THEN 1 /* rule crowd (intake.route:34): guests >= 500 */
      WHEN l.discount IS NOT NULL AND l.discount > 20
      THEN 2 /* rule rebate (intake.route:38): discount > 20 */
      WHEN l.firm IS NOT NULL
      THEN 3 /* rule firm (intake.route:42): firm is present */
      WHEN l.zip IS NOT NULL AND LEFT(l.zip, 2) = '20'
      THEN 4 /* rule near (intake.route:46): zip starts with "20" */
      WHEN l.event_day IS NOT NULL AND l.event_day < CAST('2027-01-01' AS DATE)
      THEN 5 /* rule soon (intake.route:50): event_day < 2027-01-01 */
      WHEN l.clicked IS NOT NULL AND CAST('2026-11-23' AS DATE) >= l.clicked AND l.clicked >= CAST('2026-11-16' AS DATE)
      THEN 6 /* rule clicked (intake.route:54): clicked within 7 days */
      WHEN l.opened IS NOT NULL AND CAST('2026-11-23' AS DATE) >= l.opened AND l.opened >= CAST('2026-11-16' AS DATE)
      THEN 7 /* rule opened (intake.route:58): opened within 7 days */
      WHEN l.typed_in IS NOT NULL AND CAST('2026-11-23' AS DATE) >= l.typed_in AND l.typed_in >= CAST('2026-11-16' AS DATE)
      THEN 8 /* rule typed-in (intake.route:62): typed_in within 7 days */
      ELSE 9 /* fallback of route intake (intake.route:66) */
    END AS turnout_number
  FROM turnout_read AS l
), turnout_clauses AS (
  SELECT
    turnout_number,
    clause,
    rule,
    targets,
    goes_on,
    due_minutes,
    due_clock
  FROM (VALUES
    (0, 'rule large', 'large', '["queue key-accounts", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (1, 'rule crowd', 'crowd', '["queue key-accounts", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (2, 'rule rebate', 'rebate', '["queue approval", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (3, 'rule firm', 'firm', '["queue firms", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (4, 'rule near', 'near', '["queue harbour", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (5, 'rule soon', 'soon', '["queue soon", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (6, 'rule clicked', 'clicked', '["queue fresh", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (7, 'rule opened', 'opened', '["queue fresh", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (8, 'rule typed-in', 'typed-in', '["queue fresh", "queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (9, 'fallback of route intake', CAST(NULL AS TEXT), '["queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)),
    (10, 'fallback of route intake', CAST(NULL AS TEXT), '["queue desk"]', FALSE, CAST(NULL AS BIGINT), CAST(NULL AS TEXT))) AS c(turnout_number, clause, rule, targets, goes_on, due_minutes, due_clock)
)
SELECT
  d.turnout_key AS lead,
  NULLIF(d.turnout_number, -1) AS clause_number,
  c.clause,
  c.rule,
  c.targets,
  c.goes_on,
  c.due_minutes,
  c.due_clock,
  d.turnout_lacking AS lacking,
  d.turnout_issues AS issues,
  d.turnout_number = -1 AS for_batch
FROM turnout_decided AS d
JOIN turnout_clauses AS c
  ON c.turnout_number = d.turnout_number;
