import Nix
import Queue
import Registry
import Testing

@testable import Pipeline

/// What a worker has evaluated for a recipe, and what its evaluation may read.
@Suite struct EvaluationRequestTests {
    private static let commit = String(repeating: "a", count: 40)

    private func request(_ source: PackageSource, _ name: String = "hello") throws -> EvaluationRequest {
        EvaluationRequest(
            Recipe(
                source: source, name: try ImageName(parsing: name), layering: Recipe.Layering(strategy: "closure", budget: 94),
                packing: .gzip))
    }

    /// Never nil: every evaluation of a worker is restricted.
    @Test(arguments: [
        (PackageSource.path("/srv/set"), "/srv/set"), (.path("/srv/set/default.nix"), "/srv/set"),
        (.git(url: "https://x/y", revision: commit), "https://x/y"), (.git(url: "/srv/set.git", revision: commit), "/srv/set.git"),
        (.channel(revision: commit), "https://github.com/NixOS/nixpkgs/archive"),
    ])
    func onlyTheSourceCanBeRead(source: PackageSource, place: String) throws {
        let places = try #require(try request(source).allowedPlaces)
        #expect(places.first == place)
        // Others are the same repository as newer versions of Nix name it, as a whole.
        #expect(places.dropFirst().allSatisfy { $0.contains(place) && $0.contains("rev=\(Self.commit)") })
    }

    @Test func theBaseOfEveryImageIsOptional() throws {
        let request = try request(.path("/srv/set"), "arm64/cacert/hello")
        #expect(request.packages == ["cacert", "hello"] && request.optional == ["iana-etc"] && request.system == "aarch64-linux")
    }

    @Test func noPasswordStandsInAnError() {
        let failure = NixFailure(.evaluationFailed, "of repository 'https://user:secret@host/x'!", logTail: ["http://a:secret@b: no"])
        #expect(JobError(buildError: failure).message == "of repository 'https://host/x'!\n  > http://b: no")
    }

    @Test func missingPackagesAreExplained() {
        let missing = [
            MissingPackage(attribute: "nope", reason: "absent", type: nil, nearNames: []),
            MissingPackage(attribute: "helo", reason: "absent", type: nil, nearNames: ["hello", "help"]),
            MissingPackage(attribute: "twin", reason: "ambiguous", type: nil, nearNames: ["Twin", "tWIN"]),
            MissingPackage(attribute: "text", reason: "not a package", type: "string", nearNames: []),
            MissingPackage(attribute: "fun", reason: "not a package", type: "lambda", nearNames: []),
            MissingPackage(attribute: "all", reason: "not a package", type: "set", nearNames: []),
            MissingPackage(attribute: "number", reason: "not a package", type: "int", nearNames: []),
        ]
        let error = JobError(missing: missing, in: .path("/srv/set"))
        #expect(error.code == .packageNotFound)
        #expect(
            error.message == """
                there are no packages all, fun, helo, nope, number, text, twin in /srv/set
                  all: it is a set, not a package; a package in it is named with a dot
                  fun: it is a function, not a package
                  helo: the set has hello, help
                  number: it is of type int, not a package
                  text: it is a string, not a package
                  twin: the set has Twin, tWIN, which differ only in letter case
                """)
    }
}
