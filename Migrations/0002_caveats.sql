-- What a person should know of an image that was made all the same, such as a package set without certificates.

SET LOCAL search_path = farm, pg_temp;

ALTER TABLE manifests ADD COLUMN caveats text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN manifests.caveats IS 'Sentences, each sent as a Warning header with the manifest.';
