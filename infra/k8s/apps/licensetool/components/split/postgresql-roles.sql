-- Who may do what in licensetool's database: a role for each service, with no more than it needs.
--
-- Run it as the server's administrator, on licensetool's database, after `licensetool migrate`, and
-- again after each later one; it can be repeated:
--
--     psql --dbname licensetool --set ON_ERROR_STOP=1 --file postgresql-roles.sql
--
-- Then give each role a password, such as `\password licensetool_web` in psql. Who owns the
-- database migrates it, and copies into it (`licensetool store copy`); no service needs that role.

BEGIN;

DO $$
DECLARE
  service TEXT;
BEGIN
  FOREACH service IN ARRAY ARRAY['web', 'collect', 'evaluate', 'deliver'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'licensetool_' || service) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', 'licensetool_' || service);
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I',
      current_database(), 'licensetool_' || service);
  END LOOP;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public
  TO licensetool_web, licensetool_collect, licensetool_evaluate, licensetool_deliver;

-- What was given before and is not any more.
REVOKE ALL ON ALL TABLES IN SCHEMA public
  FROM licensetool_web, licensetool_collect, licensetool_evaluate, licensetool_deliver;

-- All see whether the schema is theirs, and all work on tenants: their schedule stands there.
GRANT SELECT ON _sqlx_migrations, contract
  TO licensetool_web, licensetool_collect, licensetool_evaluate, licensetool_deliver;
GRANT SELECT, UPDATE ON tenant
  TO licensetool_web, licensetool_collect, licensetool_evaluate, licensetool_deliver;

-- Collect writes history, and alone does; evaluate makes it smaller. Collect knows nothing of alerts, rules or people.
GRANT INSERT ON tenant TO licensetool_collect;
GRANT SELECT, INSERT, UPDATE ON latest, gap TO licensetool_collect;
GRANT SELECT, INSERT ON series, sku_value, sighting TO licensetool_collect;
GRANT SELECT, INSERT, DELETE ON refresh TO licensetool_collect;
GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_tenant TO licensetool_collect;
-- Releases of schema 6 may stay while they are replaced, and wrote this with each new product.
GRANT SELECT, INSERT ON product TO licensetool_collect;

-- Evaluate reads what was seen and by which rules it is judged; it writes alerts and the outbox,
-- and forgets what is old.
GRANT SELECT ON latest, gap, series, sku_value, sighting, policy, pin, channel
  TO licensetool_evaluate;
GRANT DELETE ON gap, sku_value, sighting TO licensetool_evaluate;
GRANT SELECT, INSERT, UPDATE, DELETE ON alert, delivery TO licensetool_evaluate;
GRANT SELECT, INSERT, DELETE ON alert_change, message TO licensetool_evaluate;
GRANT SELECT, INSERT ON product TO licensetool_evaluate;
GRANT SELECT, DELETE ON audit TO licensetool_evaluate;

-- Deliver sends, and takes over what people have written into lists: switches, and that somebody
-- takes care of an alert.
GRANT SELECT ON latest, gap, series, policy, product_name TO licensetool_deliver;
GRANT SELECT, UPDATE ON alert TO licensetool_deliver;
GRANT SELECT, INSERT ON alert_change, message TO licensetool_deliver;
GRANT SELECT, INSERT, UPDATE ON delivery, channel, agreed_switch TO licensetool_deliver;
GRANT SELECT, INSERT, DELETE ON parameter TO licensetool_deliver;
GRANT INSERT ON audit TO licensetool_deliver;

-- Web shows everything and changes what people may change. No history, and of the audit no row:
-- it can add some.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO licensetool_web;
GRANT INSERT ON tenant, manual_license, alert_change, message, audit TO licensetool_web;
GRANT UPDATE ON alert, channel TO licensetool_web;
GRANT INSERT, UPDATE ON delivery, policy TO licensetool_web;
GRANT INSERT, DELETE ON refresh, refresh_tenant TO licensetool_web;
GRANT INSERT, UPDATE, DELETE ON pin, ended_session TO licensetool_web;

COMMIT;
