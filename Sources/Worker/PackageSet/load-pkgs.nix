# The package set of a source, for one system.
#
# source: one of
#   { type = "path"; path = "/absolute/path"; }
#   { type = "git"; url = "..."; rev = "<40 hex digits>"; submodules = false; }
#   { type = "channel"; rev = "<40 hex digits>"; }  or, not pinned,  { type = "channel"; name = "nixos-unstable"; }
#
# Nothing else is read: no NIX_PATH, no channels of the host, no configuration of its users.
{ source, system }:
let
  matches = pattern: text: builtins.isString text && builtins.match pattern text != null;

  checked =
    what: pattern: text:
    if matches pattern text then
      text
    else
      throw "the package source's ${what} is not usable: ${builtins.toJSON text}";

  revision = checked "revision" "[0-9a-f]{40}";

  places = {
    path =
      { path, ... }:
      let
        place = /. + checked "path" "/.*" path;
      in
      if builtins.pathExists place then
        place
      else
        throw "the package source ${path} is not there, or may not be read; it has to be on every worker's machine";

    # A commit that the default branch does not lead to is found only among all references.
    git =
      {
        url,
        rev,
        submodules ? false,
        ...
      }:
      builtins.fetchGit {
        inherit url submodules;
        rev = revision rev;
        allRefs = true;
      };

    channel =
      {
        rev ? null,
        name ? null,
        ...
      }:
      builtins.fetchTarball (
        if rev != null then
          "https://github.com/NixOS/nixpkgs/archive/${revision rev}.tar.gz"
        else
          "https://nixos.org/channels/${checked "channel" "[A-Za-z0-9][A-Za-z0-9._-]*" name}/nixexprs.tar.xz"
      );
  };

  place =
    places.${source.type}
      or (throw "the package source's type is not path, git or channel: ${builtins.toJSON source.type}");

  imported = import (place source);

  # A set is given those of these that its function takes. nixpkgs would read the last two from the user's home.
  offered = {
    inherit system;
    config = { };
    overlays = [ ];
  };

  set =
    if builtins.isFunction imported then
      imported (builtins.intersectAttrs (builtins.functionArgs imported) offered)
    else
      imported;
in
if builtins.isAttrs set then
  set
else
  throw "the package source does not hold a package set: its default.nix gives ${builtins.typeOf set}, not an attribute set"
