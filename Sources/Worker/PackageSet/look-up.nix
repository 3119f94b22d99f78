# How the name of a package finds its attribute.
let
  characters =
    text:
    builtins.genList (index: builtins.substring index 1 text) (builtins.stringLength text);
  toLower = builtins.replaceStrings (characters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (
    characters "abcdefghijklmnopqrstuvwxyz"
  );

  # `length` first: it is cheap, and a package set has tens of thousands of names.
  equalsIgnoringCase =
    wanted:
    let
      length = builtins.stringLength wanted;
      lowered = toLower wanted;
    in
    name: builtins.stringLength name == length && toLower name == lowered;

  # Names of attributes do not start with a digit unless quoted: nixpkgs puts `_` before such names.
  startsWithDigit = name: builtins.elem (builtins.substring 0 1 name) (characters "0123456789");

  # The attribute that one component of a name stands for, or what it may stand for when that is not one attribute.
  resolveComponent =
    set: wanted:
    let
      spellings = [ wanted ] ++ (if startsWithDigit wanted then [ "_${wanted}" ] else [ ]);
      exact = builtins.filter (name: builtins.hasAttr name set) spellings;
      similar = builtins.concatMap (
        spelling: builtins.filter (equalsIgnoringCase spelling) (builtins.attrNames set)
      ) spellings;
    in
    if exact != [ ] then
      {
        name = builtins.head exact;
        candidates = [ ];
      }
    else if builtins.length similar == 1 then
      {
        name = builtins.head similar;
        candidates = [ ];
      }
    else
      {
        name = null;
        candidates = similar;
      };

  components = attribute: builtins.filter builtins.isString (builtins.split "\\." attribute);

  # One step into the set that was reached so far.
  step =
    state: wanted:
    if state.reason != null then
      state
    else if wanted == "" || !builtins.isAttrs state.value then
      state
      // {
        inherit wanted;
        reason = "absent";
      }
    else
      let
        resolved = resolveComponent state.value wanted;
      in
      if resolved.name != null then
        {
          reason = null;
          value = state.value.${resolved.name};
          path = state.path ++ [ resolved.name ];
          candidates = [ ];
        }
      else
        state
        // {
          inherit wanted;
          inherit (resolved) candidates;
          reason = if resolved.candidates == [ ] then "absent" else "ambiguous";
        };

  take =
    count: list:
    let
      length = builtins.length list;
    in
    builtins.genList (builtins.elemAt list) (if length < count then length else count);

  contains = part: text: builtins.replaceStrings [ part ] [ "" ] text != text;

  # A text, and the same with each one character left out. Two texts of which one is a slip of the pen away from the other (a character
  # too many, too few, another or two swapped) have one of these in common.
  shortened =
    text:
    [ text ]
    ++ builtins.genList (
      index:
      builtins.substring 0 index text
      + builtins.substring (index + 1) (builtins.stringLength text) text
    ) (builtins.stringLength text);

  isDerivation = value: builtins.isAttrs value && value.type or null == "derivation";
in
{
  # { reason = null; value; path; } or { reason = "absent" | "ambiguous"; candidates; ... }
  lookUp =
    set: attribute:
    builtins.foldl' step {
      reason = null;
      value = set;
      path = [ ];
      candidates = [ ];
    } (components attribute);

  # A few names that a person may have meant: what differs only in case; of a package its outputs; else, of the set that was reached,
  # what is a slip of the pen away, and what contains the wanted name or is part of it.
  nearNames =
    {
      path,
      value,
      wanted ? "",
      candidates,
      ...
    }:
    let
      lowered = toLower wanted;
      length = builtins.stringLength wanted;
      distance =
        name:
        let
          difference = builtins.stringLength name - length;
        in
        if difference < 0 then -difference else difference;

      slips = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = null;
        }) (shortened lowered)
      );
      isSlip =
        name: distance name <= 1 && builtins.any (form: slips ? ${form}) (shortened (toLower name));
      isRelated =
        name:
        distance name <= 8
        && (
          contains lowered (toLower name)
          || builtins.stringLength name >= 3 && contains (toLower name) lowered
        );

      others = builtins.filter (name: name != wanted) (builtins.attrNames value);
      slipped = builtins.filter isSlip others;
      related = builtins.filter (name: !builtins.elem name slipped && isRelated name) others;

      names =
        if candidates != [ ] then
          candidates
        else if isDerivation value then
          value.outputs or [ "out" ]
        else if length < 2 || !builtins.isAttrs value then
          [ ]
        else
          slipped ++ builtins.sort (a: b: distance a < distance b) related;
    in
    map (name: builtins.concatStringsSep "." (path ++ [ name ])) (take 5 names);
}
