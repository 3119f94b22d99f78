package import Nix
package import Registry

extension EvaluationRequest {
    /// What a recipe's image needs, looked up in its package source; nothing else can be read.
    package init(_ recipe: Recipe) {
        self.init(
            source: recipe.source.nixArgument.text,
            packages: recipe.packages,
            optional: ImageName.basePackages.filter { !recipe.packages.contains($0) },
            system: recipe.platform.nixSystem,
            allowedPlaces: recipe.source.places
        )
    }
}

extension PackageSource {
    /// Directories, and beginnings of URLs, that the package set must read.
    fileprivate var places: [String] {
        switch self {
        case .channel: ["https://github.com/NixOS/nixpkgs/archive"]
        // A file imports its neighbours.
        case .path(let path): [path.hasSuffix(".nix") ? path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } : path]
        case .git(let url, let revision, _): [url] + Self.wholeAddresses(url, revision)
        }
    }

    /// A repository as Nix has checked it since 2.20: its address with everything that is asked for.
    private static func wholeAddresses(_ url: String, _ revision: String) -> [String] {
        let address = url.hasPrefix("git://") ? url : "git+" + (url.hasPrefix("/") ? "file://" : "") + url
        return ["rev=\(revision)", "exportIgnore=1&rev=\(revision)", "rev=\(revision)&submodules=1"].map { "\(address)?\($0)" }
    }
}
