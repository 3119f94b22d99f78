import ArgumentParser
import Queue

struct Script: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a pgbench script that sends the statements of a claim and of its completion.")

    func run() throws {
        let rows = "SELECT id, fence, recipe, image, attempt, time_left FROM claimed ORDER BY priority, id"
        let statements = JobQueue.benchmarkStatements
        guard statements.claim.contains(rows) else { throw ValidationError("the claim has changed: its last line is not '\(rows)'") }
        // pgbench has no SHA-256, so the claim gives it the digest of the manifest that the next statement stores.
        let claim = statements.claim.replacing(
            rows, with: "SELECT id, fence, encode(sha256(id::text::bytea), 'hex') AS digest FROM claimed")
        let digest = "decode(:digest, 'hex')"
        let manifest = "(:id || ' ' || repeat('m', 3000))::bytea"
        print(Self.bound(claim, ["'bench'", "ARRAY['x86_64-linux']", "1", "1", "45", "ARRAY[]::text[]"]) + " \\gset")
        let values = [
            ":id", ":fence", digest, manifest, "sha256(\(digest))", manifest, digest, "ARRAY[]::text[]", "ARRAY[]::text[]",
        ]
        print(Self.bound(statements.complete, values) + ";")
        print("SELECT pg_notify('farm_done', :id::text);")
    }

    /// The statement in one line, with these in the places of its values.
    private static func bound(_ statement: String, _ values: [String]) -> String {
        let line = statement.split(separator: "\n").map { $0.trimmingPrefix(while: \.isWhitespace) }.joined(separator: " ")
        return values.enumerated().reversed().reduce(line) { text, value in text.replacing("$\(value.offset + 1)", with: value.element) }
    }
}
