-- Sessions that ended before their time: their cookies may still exist, and must not let in any more.

CREATE TABLE ended_session (
  session    TEXT   PRIMARY KEY,   -- our own id of it, or the one by which the provider knows it
  expires_at BIGINT NOT NULL       -- no session lives longer, so that the row may go then
) WITHOUT ROWID;
CREATE INDEX ended_session_by_expiry ON ended_session (expires_at);
