-- Popularity data that recipes name: how often store paths' names are referred to across a package set. It decides how the strategy
-- "dominators" groups layers, so every worker must read the very bytes that the recipe's digest stands for.

SET LOCAL search_path = farm, pg_temp;

CREATE TABLE popularity (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    bytes       bytea NOT NULL CHECK (sha256(bytes) = digest),
    recorded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE popularity IS 'Pinned popularity data by its SHA-256: a canonical JSON object from names without hash to counts. Frontends write it at their start, workers read it.';
