-- Judging and telling: alerts, their history, what is to be told, and to whom it was.

-- Who switched the tenant last, and when; 0: nobody has.
ALTER TABLE tenant ADD COLUMN switched_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN switched_by TEXT;
-- Since when somebody should look at it: added, come back, or switched on.
ALTER TABLE tenant ADD COLUMN expected_since BIGINT NOT NULL DEFAULT 0;
-- The certificate with which the tool signs in there.
ALTER TABLE tenant ADD COLUMN certificate TEXT;
ALTER TABLE tenant ADD COLUMN certificate_ends BIGINT;
-- Judging is due at judge_at: time may have changed something. Whatever else a judgement depends
-- on moves inputs, so that a judgement of older inputs is seen to be old.
ALTER TABLE tenant ADD COLUMN inputs BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN judge_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN judged_at BIGINT;
ALTER TABLE tenant ADD COLUMN judging_by TEXT;
ALTER TABLE tenant ADD COLUMN judging_until BIGINT;
UPDATE tenant SET expected_since = due_at;
CREATE INDEX tenant_judge ON tenant (judge_at) WHERE removed_at IS NULL AND enabled;

-- What a tenant has had is known by part number, too: rows of lists are found by it.
ALTER TABLE series ADD COLUMN part_number TEXT;
UPDATE series SET part_number = (
  SELECT json_extract(sku.value, '$.p') FROM latest, json_each(latest.skus) sku
  WHERE latest.tenant = series.tenant AND json_extract(sku.value, '$.i') = series.sku_id);

-- The life of a concern. Identity: tenant, kind and subject; going on at most once at a time.
CREATE TABLE alert (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant        TEXT   NOT NULL REFERENCES tenant (key),
  kind          TEXT   NOT NULL,
  subject       TEXT   NOT NULL,
  state         TEXT   NOT NULL,
  snoozed_until BIGINT,             -- NULL while snoozed: until the numbers change
  opened_at     BIGINT NOT NULL,
  changed_at    BIGINT NOT NULL,    -- the last row of alert_change
  resolved_at   BIGINT,
  stage         BIGINT NOT NULL,
  told          BIGINT NOT NULL,
  severity      TEXT   NOT NULL,
  facts         TEXT   NOT NULL,
  as_of         BIGINT NOT NULL,
  version       BIGINT NOT NULL     -- every change names the one it expects
);
CREATE UNIQUE INDEX alert_active ON alert (tenant, kind, subject) WHERE resolved_at IS NULL;

-- Who did what to an alert, when and why. Never updated.
CREATE TABLE alert_change (
  alert BIGINT NOT NULL REFERENCES alert (id),
  at    BIGINT NOT NULL,
  what  TEXT   NOT NULL,
  who   TEXT   NOT NULL,
  why   TEXT   NOT NULL
);
CREATE INDEX alert_change_by_alert ON alert_change (alert);

-- The outbox: what is to be told, as it was when it happened. Written with the alert's change.
CREATE TABLE message (
  seq   INTEGER PRIMARY KEY AUTOINCREMENT,
  id    TEXT   NOT NULL UNIQUE,
  alert BIGINT NOT NULL REFERENCES alert (id),
  event TEXT   NOT NULL,
  at    BIGINT NOT NULL,
  state TEXT   NOT NULL,
  stage BIGINT NOT NULL,
  facts TEXT   NOT NULL,
  as_of BIGINT NOT NULL
);

CREATE INDEX message_by_alert ON message (alert);

-- A message for one channel: pending, delivered or dead.
CREATE TABLE delivery (
  message       BIGINT NOT NULL REFERENCES message (seq),
  channel       TEXT   NOT NULL,
  alert         BIGINT NOT NULL REFERENCES alert (id),
  attempts      BIGINT NOT NULL DEFAULT 0,
  next_at       BIGINT NOT NULL,
  tried_at      BIGINT,
  delivered_at  BIGINT,
  dead_at       BIGINT,
  error         TEXT,               -- of the last try that failed
  advice        TEXT,
  claimed_by    TEXT,
  claimed_until BIGINT,
  PRIMARY KEY (message, channel)
) WITHOUT ROWID;
CREATE INDEX delivery_pending ON delivery (channel, next_at)
  WHERE delivered_at IS NULL AND dead_at IS NULL;
-- What waits and what is dead, for those who look.
CREATE INDEX delivery_undelivered ON delivery (channel) WHERE delivered_at IS NULL;
CREATE INDEX delivery_order ON delivery (alert, channel, message)
  WHERE delivered_at IS NULL AND dead_at IS NULL;

-- Rules that people have made: for the company (both empty), a tenant, or a product of a tenant.
CREATE TABLE policy (
  tenant            TEXT   NOT NULL,
  sku_id            TEXT   NOT NULL,
  low               TEXT,           -- "5" seats or "5%"
  clear_margin      BIGINT,
  stale_after       BIGINT,         -- seconds
  exclusion         TEXT,
  renewal_lead_days BIGINT,
  set_at            BIGINT NOT NULL,
  set_by            TEXT   NOT NULL,
  version           BIGINT NOT NULL,
  PRIMARY KEY (tenant, sku_id)
) WITHOUT ROWID;

-- An operator's word on whether a purchase renews.
CREATE TABLE pin (
  tenant       TEXT   NOT NULL REFERENCES tenant (key),
  subscription TEXT   NOT NULL,
  pin          TEXT   NOT NULL,
  set_at       BIGINT NOT NULL,
  set_by       TEXT   NOT NULL,
  PRIMARY KEY (tenant, subscription)
) WITHOUT ROWID;

-- A channel that is brought up to date as a whole, such as SharePoint's lists.
CREATE TABLE channel (
  name          TEXT   NOT NULL PRIMARY KEY,
  sync_at       BIGINT NOT NULL,    -- due
  began_at      BIGINT,             -- of the last sync that succeeded
  synced_at     BIGINT,             -- its end
  failures      BIGINT NOT NULL DEFAULT 0,
  error         TEXT,
  advice        TEXT,
  remarks       TEXT   NOT NULL DEFAULT '[]',
  claimed_by    TEXT,
  claimed_until BIGINT
);

-- What a list and the store last agreed on, by tenant: what differs from it was changed since.
-- What is about to be written there is noted first: after a kill it may be ours, and no change.
CREATE TABLE agreed_switch (
  channel            TEXT    NOT NULL,
  tenant             TEXT    NOT NULL REFERENCES tenant (key),
  item               TEXT    NOT NULL,      -- the row's id in the list
  enabled            BOOLEAN NOT NULL,
  monitoring         BOOLEAN NOT NULL,
  writing_enabled    BOOLEAN,
  writing_monitoring BOOLEAN,
  PRIMARY KEY (channel, tenant)
) WITHOUT ROWID;

-- Values of a parameter list, as last read.
CREATE TABLE parameter (
  channel TEXT NOT NULL,
  name    TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY (channel, name)
) WITHOUT ROWID;
