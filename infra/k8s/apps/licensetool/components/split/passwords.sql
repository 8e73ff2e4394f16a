-- Gives each service's role the password that Git holds sealed. The passwords stand in files alone;
-- psql reads their first line.

\set web `head -n 1 /secrets/web`
\set collect `head -n 1 /secrets/collect`
\set evaluate `head -n 1 /secrets/evaluate`
\set deliver `head -n 1 /secrets/deliver`

ALTER ROLE licensetool_web PASSWORD :'web';
ALTER ROLE licensetool_collect PASSWORD :'collect';
ALTER ROLE licensetool_evaluate PASSWORD :'evaluate';
ALTER ROLE licensetool_deliver PASSWORD :'deliver';
