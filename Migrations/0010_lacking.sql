-- A package set may lack what every image has (cacert, iana-etc). That is known, too, so that such images are composed like all others.

SET LOCAL search_path = farm, pg_temp;

ALTER TABLE package_outputs DROP CONSTRAINT package_outputs_outputs_check;
COMMENT ON COLUMN package_outputs.outputs IS 'Empty: the source has no such package.';
