# A package set that is no function.
{
  hello = derivation {
    name = "plain-1.0";
    system = "x86_64-linux";
    builder = "/bin/sh";
  };
}
