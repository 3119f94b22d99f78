-- What moving names (branches, tags, channels) stand for, so that all frontends answer alike and an origin is asked once for all of them.

SET LOCAL search_path = farm, pg_temp;

CREATE TABLE resolutions (
    origin      bytea NOT NULL CHECK (octet_length(origin) = 32),
    name        text NOT NULL,
    place       text NOT NULL,
    revision    text CHECK (revision ~ '^[0-9a-f]{40}$'),
    answered_at timestamptz,
    failure     text,
    failed_at   timestamptz,
    asked_until timestamptz,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (origin, name)
);
COMMENT ON TABLE resolutions IS 'What a name stood for when its repository last answered. A row that is removed is asked for anew.';
COMMENT ON COLUMN resolutions.origin IS 'SHA-256 of the repository''s URL, which may hold a password; place is the URL without it.';
COMMENT ON COLUMN resolutions.revision IS 'Null with answered_at: the repository has no such name.';
COMMENT ON COLUMN resolutions.failure IS 'Why the repository could not be asked at failed_at; null once it has answered.';
COMMENT ON COLUMN resolutions.asked_until IS 'Until then a frontend asks, and the others wait for what it writes. It is also the claim''s name: a later claim has another.';
COMMENT ON COLUMN resolutions.expires_at IS 'When the row is of no use any more and is removed.';
CREATE INDEX resolutions_expiry ON resolutions (expires_at);
