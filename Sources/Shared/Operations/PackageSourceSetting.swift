/// Which package set the farm serves: exactly one of three variables is set.
package enum PackageSourceSetting: Hashable, Sendable {
    case channel(String)
    case git(url: String, submodules: Bool = false)
    case path(String)

    /// - Throws: ``SettingsError`` that lists the choices if none or more than one is set.
    package init(_ settings: Settings) throws(SettingsError) {
        let choices = ["NIXERY_CHANNEL", "NIXERY_PKGS_REPO", "NIXERY_PKGS_PATH"]
        let given = choices.compactMap { name in settings.string(name).map { (name, $0) } }
        let explanation = """

              NIXERY_CHANNEL=nixos-unstable          a channel of nixpkgs, or a commit of it
              NIXERY_PKGS_REPO=https://host/set.git  a Git repository
              NIXERY_PKGS_PATH=/srv/packages         a directory or file on the workers' machines
            """
        guard let first = given.first else {
            throw SettingsError("no package source is configured; set one of" + explanation)
        }
        guard given.count == 1 else {
            throw SettingsError("\(given.map(\.0).joined(separator: " and ")) are both set; set exactly one of" + explanation)
        }
        let submodules = try settings.choice("NIXERY_PKGS_SUBMODULES", default: "off", of: ["on", "off"]) == "on"
        guard !submodules || first.0 == "NIXERY_PKGS_REPO" else {
            throw SettingsError("NIXERY_PKGS_SUBMODULES is on, but \(first.0) has no submodules; it goes with NIXERY_PKGS_REPO")
        }
        switch first.0 {
        case "NIXERY_CHANNEL": self = .channel(first.1)
        case "NIXERY_PKGS_REPO": self = .git(url: first.1, submodules: submodules)
        default:
            guard first.1.hasPrefix("/") else {
                throw SettingsError("NIXERY_PKGS_PATH is '\(first.1)'; it takes an absolute path")
            }
            self = .path(first.1)
        }
    }
}
