# Attributes that fail, dawdle or are named oddly, each in one way: for trying out how a farm answers.
let
  # A derivation whose builder is a few lines of shell.
  script =
    name: arguments: text:
    derivation (
      {
        inherit name;
        system = builtins.currentSystem;
        builder = "/bin/bash";
        args = [
          "-c"
          ''
            set -e
            export PATH=/usr/bin:/bin
            ${text}
          ''
        ];
      }
      // arguments
    );
  tiny = import ./tiny.nix;

  failing = script "failing-1.0" { } ''
    echo "checking for a reason to go on... none found"
    for line in 1 2 3; do
      echo "failing: step $line of 3"
    done
    echo "failing: this builder always fails" >&2
    exit 3
  '';
in
{
  # Evaluation.
  throws = throw "the attribute `throws` of the demo package set always fails to evaluate";
  notAPackage = 42;

  # Building.
  inherit failing;
  needsFailing = script "needs-failing-1.0" { inherit failing; } ''
    mkdir "$out"
  '';
  sleeping = script "sleeping-1.0" { } ''
    echo "sleeping: no word from now on"
    exec sleep 3600
  '';
  sleeping-loudly = script "sleeping-loudly-1.0" { } ''
    for ((second = 0; second < 3600; second++)); do
      echo "sleeping-loudly: second $second"
      sleep 1
    done
  '';
  noisy = script "noisy-1.0" { } ''
    for ((line = 0; line < 200000; line++)); do
      echo "noisy: line $line of 200000, as builders print them by the thousand"
    done
    mkdir "$out"
    echo noisy > "$out/noisy"
  '';
  # Leaves children in sessions of their own, which outlive a kill of the builder's process group.
  # Their first argument names them and the output's path.
  grandchildren = script "grandchildren-1.0" { } ''
    for child in 1 2 3; do
      setsid bash -c 'exec -a "nixery-demo-grandchild $0" sleep 3600' "$out" &
    done
    echo "grandchildren: three children sleep in sessions of their own"
    exec -a "nixery-demo-child $out" sleep 3600
  '';
  foreign = derivation {
    name = "foreign-1.0";
    system = "m68k-linux";
    builder = "/bin/sh";
    args = [
      "-c"
      "mkdir $out"
    ];
  };

  # Names and outputs.
  MixedCase = tiny { name = "MixedCase-1.0"; };
  _2048 = tiny { name = "2048-1.0"; };
  ambiguous = {
    Twin = tiny { name = "Twin-1.0"; };
    tWIN = tiny { name = "tWIN-1.0"; };
  };
  multi =
    script "multi-1.0"
      {
        outputs = [
          "bin"
          "out"
          "dev"
        ];
      }
      ''
        mkdir -p "$bin/bin" "$out/lib" "$dev/include"
        printf '#!/bin/sh\necho multi\n' > "$bin/bin/multi"
        chmod 755 "$bin/bin/multi"
        echo multi > "$out/lib/multi"
        echo "$out" > "$dev/include/multi.h"
      '';

  # A thousand different packages, n0 to n999, each built in an instant.
  tiny =
    let
      numbered = number: {
        name = "n${toString number}";
        value = tiny {
          name = "tiny-${toString number}-1.0";
          text = "number ${toString number}";
        };
      };
    in
    builtins.listToAttrs (builtins.genList numbered 1000);
}
