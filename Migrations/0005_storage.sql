-- What ties the database to its object store: which store it is, what has to be written there still, and what is to be removed from it.

SET LOCAL search_path = farm, pg_temp;

CREATE TABLE store_identity (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id          text NOT NULL,
    place       text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE store_identity IS 'The object store that this database belongs to: it carries the same id. A process that sees another one refuses to start.';

CREATE TABLE outbox (
    path      text PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('manifest', 'layer')),
    key       bytea NOT NULL CHECK (octet_length(key) = 32),
    attempt   integer NOT NULL DEFAULT 0,
    run_after timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE outbox IS 'Objects (manifests/<cache key>, builds/<layer key>) that are to be written to the store after the commit that made them. Any process does it.';
CREATE INDEX outbox_due ON outbox (run_after);

CREATE TABLE doomed (
    path           text PRIMARY KEY,
    size           bigint NOT NULL DEFAULT 0,
    deleting_since timestamptz
);
COMMENT ON TABLE doomed IS 'Objects that no record names any more, to be removed from the store. Whoever needs one again takes its row away first, or waits while it is being removed.';

-- A manifest that was found in the store names its layers by digest only.
ALTER TABLE manifest_layers ADD COLUMN digest bytea CHECK (octet_length(digest) = 32);
UPDATE manifest_layers SET digest = layers.digest FROM layers WHERE layers.layer_key = manifest_layers.layer_key;
ALTER TABLE manifest_layers ALTER COLUMN digest SET NOT NULL, ALTER COLUMN layer_key DROP NOT NULL;
CREATE INDEX manifest_layers_digest ON manifest_layers (digest);

ALTER TABLE manifests ADD COLUMN last_asked timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN manifests.last_asked IS 'When the image was last asked for, within an hour; garbage collection goes by it.';
CREATE INDEX manifests_last_asked ON manifests (last_asked);
CREATE INDEX manifests_config ON manifests (config_digest);

ALTER TABLE layers ADD COLUMN last_used timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN layers.last_used IS 'When a build last took the layer, within ten minutes: what a running job counts on is not removed.';
CREATE INDEX layers_last_used ON layers (last_used);

-- Objects of images that were published before there was an outbox.
INSERT INTO outbox (path, kind, key) SELECT 'manifests/' || encode(build_key, 'hex'), 'manifest', build_key FROM cache_keys;
INSERT INTO outbox (path, kind, key) SELECT 'builds/' || encode(layer_key, 'hex'), 'layer', layer_key FROM layers;
