# The derivations of one machine, by the name that lock.json gives them.
{ machine, system }:
let
  inherit (machine) derivations;
  file =
    name: path:
    builtins.path {
      inherit name path;
      recursive = false;
    };
  builder = file "demo-packages-builder.sh" ./builder.sh;
  hooks = file "demo-packages-hooks.sh" ./hooks.sh;

  # Everything that a derivation depends on, directly or not, nearest first.
  closureOf =
    name:
    map (item: item.key) (
      builtins.tail (
        builtins.genericClosure {
          startSet = [ { key = name; } ];
          operator = item: map (key: { inherit key; }) derivations.${item.key}.dependencies;
        }
      )
    );

  # bash cannot be made with bash, nor can what bash is made of.
  withoutShell = [ "bash" ] ++ closureOf "bash";

  deb =
    { file, sha256, ... }:
    builtins.path {
      path = ./debs + "/${file}";
      name = file;
      recursive = false;
      inherit sha256;
    };

  unique = builtins.foldl' (
    seen: name: if builtins.elem name seen then seen else seen ++ [ name ]
  ) [ ];

  make =
    name:
    {
      version,
      debs,
      dependencies,
    }:
    let
      outputs = unique ([ "out" ] ++ map (one: one.output) debs);
      debsOf = output: map deb (builtins.filter (one: one.output == output) debs);
      drv = derivation (
        {
          name = "${name}-${version}";
          system = builtins.currentSystem;
          builder = "/bin/bash";
          args = [ builder ];
          inherit hooks outputs;
          package = name;
          inherit (machine) triplet;
          dependencies = map (other: packages.${other}) dependencies;
          closure = map (other: packages.${other}) (closureOf name);
          shell = if builtins.elem name withoutShell then "" else packages.bash;
        }
        // builtins.listToAttrs (
          map (output: {
            name = "debs_${output}";
            value = debsOf output;
          }) outputs
        )
      );
    in
    drv
    // {
      pname = name;
      inherit version system;
    };

  packages = builtins.mapAttrs make derivations;
in
packages
