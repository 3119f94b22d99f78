# A package set that takes what nixpkgs takes. The name of its package tells what was given.
{
  system,
  config ? throw "config would be read from the user's home",
  overlays ? throw "overlays would be read from the user's home",
  crossSystem ? "none",
  ...
}@arguments:
{
  hello = derivation {
    name = builtins.concatStringsSep "-" (
      builtins.attrNames arguments
      ++ [
        crossSystem
        (toString (builtins.length (builtins.attrNames config ++ overlays)))
      ]
    );
    inherit system;
    builder = "/bin/sh";
  };
}
