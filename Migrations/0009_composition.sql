-- What packages evaluate to and what lies in their outputs, so that an image whose parts are all known is put together without Nix.

SET LOCAL search_path = farm, pg_temp;

CREATE TABLE package_outputs (
    source    bytea NOT NULL CHECK (octet_length(source) = 32),
    system    text NOT NULL,
    attribute text NOT NULL,
    outputs   text[] NOT NULL CHECK (cardinality(outputs) > 0),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, system, attribute)
);
COMMENT ON TABLE package_outputs IS 'Store paths that a package of a pinned source installs. source is the SHA-256 of the source as Nix is given it; the first record wins.';

CREATE TABLE path_trees (
    path text PRIMARY KEY REFERENCES store_paths,
    tree bytea NOT NULL
);
COMMENT ON TABLE path_trees IS 'Names and links of an installed output, for the layer of links.';
