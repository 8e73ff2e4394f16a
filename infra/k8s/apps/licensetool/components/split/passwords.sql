-- Gives each service's role the password that Git holds sealed. The passwords stand in files alone;
-- psql reads their first line.
--
-- A server logs a statement that fails, and with `log_statement` changes of roles as well. So no
-- change has a password in its text: they come before it, as settings of this transaction, and what
-- fails in the block is told without the statement that it stood in.

\set web `head -n 1 /secrets/web`
\set collect `head -n 1 /secrets/collect`
\set evaluate `head -n 1 /secrets/evaluate`
\set deliver `head -n 1 /secrets/deliver`

BEGIN;

-- A server may be told to log every statement, and only its administrator can except some.
SELECT rolsuper AS administrator FROM pg_roles WHERE rolname = current_user \gset
\if :administrator
SET LOCAL log_statement = 'none';
SET LOCAL log_min_duration_statement = -1;
SET LOCAL log_min_error_statement = 'panic';
\endif

SELECT set_config('licensetool.' || service, password, true)
  FROM (VALUES ('web', :'web'), ('collect', :'collect'), ('evaluate', :'evaluate'),
    ('deliver', :'deliver')) AS given (service, password)
\g /dev/null

DO $$
DECLARE
  service TEXT;
  detail TEXT;
BEGIN
  FOREACH service IN ARRAY ARRAY['web', 'collect', 'evaluate', 'deliver'] LOOP
    EXECUTE format('ALTER ROLE %I PASSWORD %L',
      'licensetool_' || service, current_setting('licensetool.' || service));
  END LOOP;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RAISE EXCEPTION 'licensetool_% gets no password, and no other role does: %',
    service, concat_ws('. ', SQLERRM, nullif(detail, ''));
END $$;

COMMIT;
