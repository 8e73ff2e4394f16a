-- Times are milliseconds since 1970 in UTC. A NULL number is one that Microsoft did not give.

-- Schedule and newest result of a tenant: the one small row that an unchanged look touches.
CREATE TABLE tenant (
  key              TEXT    NOT NULL PRIMARY KEY,
  name             TEXT    NOT NULL,
  tenant_id        TEXT    NOT NULL,
  enabled          BOOLEAN NOT NULL DEFAULT TRUE,
  monitoring       BOOLEAN NOT NULL DEFAULT TRUE,
  removed_at       BIGINT,
  asked_at         BIGINT,
  seen_at          BIGINT,
  subscriptions_at BIGINT,
  changed_at       BIGINT,          -- since when latest is as it is
  failures         BIGINT  NOT NULL DEFAULT 0,
  due_at           BIGINT  NOT NULL,
  wanted_at        BIGINT,          -- a person asked for a look and waits for it
  claimed_by       TEXT,
  claimed_until    BIGINT
);
CREATE INDEX tenant_due ON tenant (due_at) WHERE removed_at IS NULL AND enabled;

-- The newest snapshot of a tenant, as documents: written on change only.
CREATE TABLE latest (
  tenant        TEXT NOT NULL PRIMARY KEY REFERENCES tenant (key),
  skus          TEXT NOT NULL,
  subscriptions TEXT,
  remarks       TEXT NOT NULL
);

-- One SKU of one tenant, through time.
CREATE TABLE series (
  id     INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (key),
  sku_id TEXT NOT NULL,
  UNIQUE (tenant, sku_id)
);

-- "From this moment these numbers", until the next row of the series. Never updated.
CREATE TABLE sku_value (
  series     INTEGER NOT NULL REFERENCES series (id),
  since      BIGINT  NOT NULL,
  present    BOOLEAN NOT NULL,      -- false: the tenant had no such SKU any more
  status     TEXT,
  enabled    BIGINT,
  warning    BIGINT,
  suspended  BIGINT,
  locked_out BIGINT,
  consumed   BIGINT,
  PRIMARY KEY (series, since)
) WITHOUT ROWID;

-- A run of failed looks with one cause.
CREATE TABLE gap (
  id       INTEGER PRIMARY KEY,
  tenant   TEXT   NOT NULL REFERENCES tenant (key),
  seen_at  BIGINT,                  -- the last success before it
  began_at BIGINT NOT NULL,
  ended_at BIGINT,                  -- NULL: it goes on
  cause    TEXT   NOT NULL,
  message  TEXT   NOT NULL,
  advice   TEXT   NOT NULL
);
CREATE UNIQUE INDEX gap_open ON gap (tenant) WHERE ended_at IS NULL;
CREATE INDEX gap_by_tenant ON gap (tenant, began_at);

-- A moment at which a purchase was first seen to be so. Never updated.
CREATE TABLE sighting (
  tenant         TEXT   NOT NULL REFERENCES tenant (key),
  subscription   TEXT   NOT NULL,
  seen_at        BIGINT NOT NULL,
  status         TEXT,
  next_lifecycle BIGINT,
  total          BIGINT,
  PRIMARY KEY (tenant, subscription, seen_at)
) WITHOUT ROWID;

CREATE TABLE refresh (
  id           TEXT   NOT NULL PRIMARY KEY,
  requested_at BIGINT NOT NULL
);
CREATE TABLE refresh_tenant (
  refresh TEXT NOT NULL REFERENCES refresh (id),
  tenant  TEXT NOT NULL REFERENCES tenant (key),
  done_at BIGINT,
  cause   TEXT,
  PRIMARY KEY (refresh, tenant)
) WITHOUT ROWID;
CREATE INDEX refresh_open ON refresh_tenant (tenant) WHERE done_at IS NULL;

CREATE TABLE manual_license (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  name  TEXT   NOT NULL,
  count BIGINT NOT NULL
);

CREATE TABLE product_name (
  sku_id      TEXT   NOT NULL PRIMARY KEY,
  part_number TEXT   NOT NULL,
  english     TEXT   NOT NULL,
  imported_at BIGINT NOT NULL
);
