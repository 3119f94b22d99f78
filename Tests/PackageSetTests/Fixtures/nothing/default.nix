# A package set whose function takes no argument by name, and would refuse any.
{ }:
{
  hello = derivation {
    name = "nothing-1.0";
    system = "x86_64-linux";
    builder = "/bin/sh";
  };
}
