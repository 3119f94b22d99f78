# A package set of derivations that nobody builds, with every kind of name that a look-up can meet.
{ system }:
let
  package = name: packageWith name { };
  packageWith =
    name: arguments:
    derivation (
      {
        inherit name system;
        builder = "/bin/sh";
      }
      // arguments
    );
in
{
  hello = package "hello-1.0";
  git = package "git-2.0";
  cacert = package "nss-cacert-1.0";

  # Letters of either case.
  MixedCase = package "mixed-case-1.0";
  both = package "both-lower-1.0";
  BOTH = package "both-upper-1.0";
  Twin = package "twin-1.0";
  tWIN = package "twin-2.0";

  # Names that start with a digit.
  _7zip = package "7zip-1.0";
  _2048-Game = package "2048-game-1.0";
  "3proxy" = package "3proxy-plain-1.0";
  _3proxy = package "3proxy-underscore-1.0";

  # Sets in sets.
  python3Packages = {
    requests = package "requests-1.0";
    PyYAML = package "pyyaml-1.0";
    inner._9base = package "9base-1.0";
  };
  "dotted.name" = package "dotted-1.0";

  # Outputs.
  zlib = packageWith "zlib-1.0" {
    outputs = [
      "out"
      "dev"
    ];
  };
  curl = packageWith "curl-1.0" {
    outputs = [
      "bin"
      "out"
      "dev"
    ];
  };

  # What is there and is no package.
  number = 42;
  text = "hello";
  function = argument: argument;
  withoutOutputs = {
    type = "derivation";
    name = "without-outputs-1.0";
  };
  place.outPath = "/nix/store/00000000000000000000000000000000-place";

  # What fails to evaluate.
  throws = throw "this attribute throws on purpose";
  brokenSet = throw "this set throws on purpose";
  lateThrow = packageWith "late-throw-1.0" { argument = throw "this argument throws on purpose"; };
}
