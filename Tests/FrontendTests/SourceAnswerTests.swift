import FrontendServer
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Operations
import Queue
import Registry
import TestSupport
import Testing

/// What clients are told of package sources and rules.
@Suite(.timeLimit(.minutes(5))) struct SourceAnswerTests {
    @Test func anImageOfAnOldAnswerComesWithAWarning() async throws {
        let commit = String(repeating: "c", count: 40)
        let origin = try StubOrigin(main: commit)
        let farm = try await RegistryFixture(source: .git(url: origin.url))
        let image = try await farm.image()
        try await farm.application.test(.router) { client in
            async let first = client.execute(uri: "/v2/hello/manifests/latest", method: .get) { $0 }
            let job = try await farm.claim()
            #expect(try Recipe(decoding: job.recipe).source.revision == commit)
            #expect(try await farm.queue.complete(job.lease, image))
            #expect(try await first.headers[values: .warning] == [])
            origin.set(.failing(503))
            try await farm.execute("UPDATE farm.resolutions SET answered_at = answered_at - interval '2 hours'")
            for method in [HTTPRequest.Method.head, .get] {
                let stale = try await client.execute(uri: "/v2/hello/manifests/latest", method: method) { $0 }
                #expect(stale.status == .ok)
                #expect(stale.headers[values: .warning].count == 1)
                #expect(stale.headers[.warning]?.contains("120 min ago") == true)
            }
            try await farm.execute("UPDATE farm.resolutions SET answered_at = answered_at - interval '5 hours'")
            let refused = try await client.execute(uri: "/v2/hello/manifests/latest", method: .get) { $0 }
            #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] != nil)
            // What is named by its commit needs no origin.
            let pinned = try await client.execute(uri: "/v2/hello/manifests/\(commit)", method: .get) { $0 }
            #expect(pinned.status == .ok && pinned.headers[.warning] == nil)
        }
    }

    @Test(arguments: [
        "manifests/latest", "manifests/sha256:\(String(repeating: "0", count: 64))", "blobs/sha256:\(String(repeating: "0", count: 64))",
        "tags/list", "referrers/sha256:\(String(repeating: "0", count: 64))", "manifests/latest?hop=3&job=1",
    ])
    func whatIsDeniedIsDeniedEverywhere(address: String) async throws {
        let rule = try #require(PackageRule("NMap"))
        let farm = try await RegistryFixture(policy: PackagePolicy(allowed: nil, denied: [rule]))
        try await farm.application.test(.router) { client in
            for method in [HTTPRequest.Method.head, .get] {
                for name in ["nmap", "shell/hello/nmap", "pkgs.nmap"] {
                    let answer = try await client.execute(uri: "/v2/\(name)/\(address)", method: method) { $0 }
                    #expect(answer.status == .forbidden)
                    guard method == .get else { continue }
                    let body = String(buffer: answer.body)
                    #expect(body.contains(#""code":"DENIED""#) && body.contains("NIXERY_PKGS_DENY has 'NMap'"), "\(body)")
                }
            }
            #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.jobs") == "0")
            #expect(try await client.execute(uri: "/v2/hello/tags/list", method: .get) { $0.status } == .ok)
        }
    }

    @Test func prebuildIsBoundByTheRulesToo() async throws {
        let farm = try await FrontendProcess.database()
        let result = try await BuiltProgram("nixery-frontend").run(
            ["prebuild", "--detach", "nmap", "hello"],
            environment: farm.environment(["NIXERY_PKGS_DENY": "nmap", "NIXERY_PKGS_ALLOW": "*"], port: 1))
        #expect(result.status == 1)
        #expect(result.output.contains("failed     nmap  nmap may not be asked for here"), "\(result.output)\(result.errors)")
        #expect(result.output.contains("queued     hello"))
    }

    @Test(arguments: [("NIXERY_PKGS_DENY", "a*b"), ("NIXERY_PKGS_ALLOW", "git,x..y")])
    func aRuleThatIsNoneIsNamed(variable: String, value: String) {
        let values = ["NIXERY_PKGS_PATH": "/srv/set", "STORAGE_PATH": "/srv/store", variable: value]
        #expect { try FrontendSettings(Settings { values[$0] }) } throws: { "\($0)".contains(variable) }
    }

    @Test func timesAreSettings() throws {
        let values = [
            "NIXERY_PKGS_PATH": "/srv/set", "STORAGE_PATH": "/srv/store", "NIXERY_RESOLUTION_SECONDS": "5",
            "NIXERY_STALE_RESOLUTION_SECONDS": "50", "NIXERY_ORIGIN_SECONDS": "2.5",
        ]
        let times = try FrontendSettings(Settings { values[$0] }).resolution
        #expect(times.fresh == .seconds(5) && times.stale == .seconds(50) && times.patience == .seconds(2.5))
    }
}
