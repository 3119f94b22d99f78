# A derivation that is built in an instant. Different text gives a different store path.
{
  name ? "tiny",
  text ? "tiny",
}:
derivation {
  inherit name text;
  system = builtins.currentSystem;
  builder = "/bin/sh";
  args = [
    "-c"
    ''
      PATH=/usr/bin:/bin
      mkdir -p "$out/share/tiny"
      echo "building $name"
      printf '%s\n' "$text" > "$out/share/tiny/$name"
    ''
  ];
}
