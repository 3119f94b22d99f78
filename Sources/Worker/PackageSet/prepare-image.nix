# What an image's packages evaluate to, in one evaluation: each package's derivation and the output to
# install, and the names not found.
#
# All arguments are JSON in strings, so that nothing that a client sends is ever read as an expression:
#   source    see load-pkgs.nix
#   packages  list of attribute paths ("git", "python3Packages.requests", "zlib.dev")
#   optional  list of attribute paths that are wanted too, but whose absence is only remarked upon
#   system    the Nix system of the image, as it is
#
# Result:
#   packages  [ { attribute = as asked for; resolved = as found; name; drvPath; outputs; } ]
#             outputs = [ { name; path; } ]: the one that the name picks, else the derivation's own choice
#   missing   [ { attribute; reason = "absent" | "ambiguous" | "not a package"; type; nearNames = [ ... ]; } ]
#             type = what it is instead of a package: "int", "lambda", ..., as builtins.typeOf has it
#   lacking   [ names of `optional` that stand for no package ]
# With missing packages no other is evaluated: their evaluation could fail and hide what is missing.
{
  source,
  packages,
  system,
  optional ? "[]",
}:
let
  pkgs = import ./load-pkgs.nix {
    source = builtins.fromJSON source;
    inherit system;
  };
  optionalNames = builtins.fromJSON optional;
  wantedNames = builtins.fromJSON packages;
  names = wantedNames ++ builtins.filter (name: !builtins.elem name wantedNames) optionalNames;

  inherit (import ./look-up.nix) lookUp nearNames;

  isDerivation =
    value:
    builtins.isAttrs value && value.type or null == "derivation" && value ? drvPath && value ? outPath;

  found = map (attribute: { inherit attribute; } // lookUp pkgs attribute) names;

  # Whether a name stands for something is known without evaluating what it stands for.
  unresolved = builtins.filter (one: one.reason != null) found;

  # An attribute that throws does so here, with its own message.
  notPackages = map (one: one // { reason = "not a package"; }) (
    builtins.filter (one: one.reason == null && !isDerivation one.value) found
  );

  isOptional = one: builtins.elem one.attribute optionalNames;
  isRequired = one: !isOptional one;

  absent =
    let
      first = builtins.filter isRequired unresolved;
    in
    if first != [ ] then first else builtins.filter isRequired notPackages;

  describeMissing = one: {
    inherit (one) attribute reason;
    type = if one.reason == "not a package" then builtins.typeOf one.value else null;
    nearNames = if one.reason == "not a package" then [ ] else nearNames one;
  };

  # An attribute set with an `outPath` would turn into a string in JSON, so each field is named otherwise.
  describe =
    one:
    let
      package = one.value;
    in
    {
      inherit (one) attribute;
      resolved = builtins.concatStringsSep "." one.path;
      name = package.name or "";
      inherit (package) drvPath;
      outputs = [
        {
          name = package.outputName or "out";
          path = package.outPath;
        }
      ];
    };
in
if absent != [ ] then
  {
    packages = [ ];
    missing = map describeMissing absent;
    lacking = [ ];
  }
else
  {
    packages = map describe (
      builtins.filter (one: one.reason == null && isDerivation one.value) found
    );
    missing = [ ];
    lacking = map (one: one.attribute) (builtins.filter isOptional (unresolved ++ notPackages));
  }
