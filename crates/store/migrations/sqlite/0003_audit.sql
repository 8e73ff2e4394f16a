-- Who did what on purpose, for those who must be able to ask later; and what is forgotten in time.

-- Written in the transaction of what it tells of. Never updated; forgotten as a whole when old.
CREATE TABLE audit (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      BIGINT NOT NULL,
  who     TEXT   NOT NULL,
  origin  TEXT,                     -- an address, or "command line"; NULL: nobody knows
  what    TEXT   NOT NULL,
  subject TEXT   NOT NULL,
  detail  TEXT   NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_subject ON audit (subject);

-- The program's own reasons are words; why holds what people say, and is empty beside a reason.
ALTER TABLE alert_change ADD COLUMN reason TEXT;
UPDATE alert_change SET why = '', reason = CASE why
    WHEN 'the numbers say so' THEN 'numbers'
    WHEN 'another alert says it already' THEN 'covered'
    WHEN 'the concern is gone, or excluded from alerts' THEN 'gone'
    ELSE 'profile-removed' END
  WHERE who = 'licensetool' AND why IN ('the numbers say so', 'another alert says it already',
    'the concern is gone, or excluded from alerts', 'the tenant''s profile was removed');
UPDATE alert_change SET why = '', reason = 'technician-informed'
  WHERE who IN (SELECT name FROM channel) AND why = 'technician_informed is set in SharePoint';

-- By these old alerts are found, and their deliveries with them.
CREATE INDEX alert_over ON alert (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX delivery_by_alert ON delivery (alert);
