-- From here on SQLite and PostgreSQL have one version, and say which older programs may stay.

-- The oldest version of the schema whose program may run on this one: while a new program takes
-- over, the old one goes on. A migration that takes something away raises it.
CREATE TABLE contract (
  oldest BIGINT NOT NULL
);
INSERT INTO contract (oldest) VALUES (6);

-- Its order was that of SQLite's own row numbers, which other databases have not.
ALTER TABLE alert_change RENAME TO alert_change_before;
DROP INDEX alert_change_by_alert;
CREATE TABLE alert_change (
  id     INTEGER PRIMARY KEY,
  alert  BIGINT NOT NULL REFERENCES alert (id),
  at     BIGINT NOT NULL,
  what   TEXT   NOT NULL,
  who    TEXT   NOT NULL,
  why    TEXT   NOT NULL,
  reason TEXT
);
INSERT INTO alert_change (id, alert, at, what, who, why, reason)
  SELECT rowid, alert, at, what, who, why, reason FROM alert_change_before ORDER BY rowid;
DROP TABLE alert_change_before;
CREATE INDEX alert_change_by_alert ON alert_change (alert);
