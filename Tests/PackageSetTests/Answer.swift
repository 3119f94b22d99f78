/// What `nixery-prepare-image` prints.
struct Answer: Decodable, Hashable {
    struct Package: Decodable, Hashable {
        let attribute: String
        let resolved: String
        let name: String
        let drvPath: String
        let outputs: [Output]
    }

    struct Output: Decodable, Hashable {
        let name: String
        let path: String
    }

    struct Missing: Decodable, Hashable {
        let attribute: String
        let reason: String
        let type: String?
        let nearNames: [String]
    }

    let packages: [Package]
    let missing: [Missing]
    let lacking: [String]
}
