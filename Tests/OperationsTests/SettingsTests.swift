import Operations
import Testing

@Suite struct SettingsTests {
    private func settings(_ values: [String: String]) -> Settings { Settings { values[$0] } }

    @Test(arguments: [
        (["NIXERY_CHANNEL": "nixos-unstable"], PackageSourceSetting.channel("nixos-unstable")),
        (["NIXERY_PKGS_REPO": "git@host:set", "NIXERY_CHANNEL": ""], .git(url: "git@host:set")),
        (["NIXERY_PKGS_PATH": "/srv/set"], .path("/srv/set")),
        (["NIXERY_PKGS_REPO": "u", "NIXERY_PKGS_SUBMODULES": "on"], .git(url: "u", submodules: true)),
        (["NIXERY_PKGS_REPO": "u", "NIXERY_PKGS_SUBMODULES": "off"], .git(url: "u")),
    ])
    func oneSource(values: [String: String], source: PackageSourceSetting) throws {
        #expect(try PackageSourceSetting(settings(values)) == source)
    }

    @Test(arguments: [[:], ["NIXERY_CHANNEL": "a", "NIXERY_PKGS_PATH": "/b"], ["NIXERY_PKGS_PATH": "relative"]])
    func anythingElseIsRefusedWithTheChoices(values: [String: String]) {
        #expect { try PackageSourceSetting(settings(values)) } throws: { "\($0)".contains("NIXERY_PKGS_PATH") }
    }

    @Test(arguments: [
        ["NIXERY_CHANNEL": "a", "NIXERY_PKGS_SUBMODULES": "on"], ["NIXERY_PKGS_REPO": "a", "NIXERY_PKGS_SUBMODULES": "yes"],
    ])
    func submodulesGoWithARepository(values: [String: String]) {
        #expect { try PackageSourceSetting(settings(values)) } throws: { "\($0)".contains("NIXERY_PKGS_SUBMODULES") }
    }

    @Test(arguments: ["0", "-1", "abc", "99999", "80 80"])
    func badNumbersAreNamed(text: String) {
        #expect { try settings(["PORT": text]).integer("PORT", default: 1, in: 1...65535) } throws: {
            "\($0)".contains("PORT is '\(text)'")
        }
    }

    @Test(arguments: ["0", "-1", "nan", "inf", "x"])
    func badSecondsAreNamed(text: String) {
        #expect { try settings(["T": text]).seconds("T", default: .seconds(1)) } throws: { "\($0)".contains("T is '\(text)'") }
    }

    @Test(arguments: [["NIXERY_STORAGE_BACKEND": "floppy", "STORAGE_PATH": "/x"], [:], ["STORAGE_PATH": "x"]])
    func storesThatCannotBe(values: [String: String]) {
        #expect(throws: SettingsError.self) { try StorageSettings(settings(values)) }
    }

    @Test func anUnknownStoreIsAnsweredWithTheChoices() {
        #expect { try StorageSettings(settings(["NIXERY_STORAGE_BACKEND": "floppy"])) } throws: { error in
            ["'floppy'", "'filesystem'", "'gcs'", "'s3'", "STORAGE_PATH", "GCS_BUCKET", "S3_BUCKET"].allSatisfy { "\(error)".contains($0) }
        }
    }

    @Test(arguments: [
        (["NIXERY_STORAGE_BACKEND": "gcs"], "GCS_BUCKET"), (["NIXERY_STORAGE_BACKEND": "s3"], "S3_BUCKET"),
        (["NIXERY_STORAGE_BACKEND": "gcs", "GCS_BUCKET": "b", "GCS_SIGNED_URLS": "maybe"], "GCS_SIGNED_URLS"),
        (["NIXERY_STORAGE_BACKEND": "gcs", "GCS_BUCKET": "b", "NIXERY_SPOOL_PATH": "x"], "NIXERY_SPOOL_PATH"),
        (["NIXERY_STORAGE_BACKEND": "s3", "S3_BUCKET": "b"], "AWS_ACCESS_KEY_ID"),
        (["NIXERY_STORAGE_BACKEND": "s3", "S3_BUCKET": "b", "AWS_ACCESS_KEY_ID": "k"], "AWS_SECRET_ACCESS_KEY"),
        (
            [
                "NIXERY_STORAGE_BACKEND": "s3", "S3_BUCKET": "b", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
                "S3_ADDRESSING": "x",
            ], "S3_ADDRESSING"
        ),
    ])
    func whatAStoreLacksIsNamed(values: [String: String], name: String) {
        #expect { try StorageSettings(settings(values)) } throws: { "\($0)".contains(name) }
    }

    @Test(arguments: [("localhost:9023", "http://localhost:9023"), ("https://x.example/", "https://x.example")])
    func anEmulatorsAddress(text: String, url: String) throws {
        let values = ["NIXERY_STORAGE_BACKEND": "gcs", "GCS_BUCKET": "b", "STORAGE_EMULATOR_HOST": text]
        guard case .google(let google) = try StorageSettings(settings(values)) else {
            Issue.record("another store")
            return
        }
        #expect(google.emulator == url)
        #expect(google.spool == "/var/tmp")
        #expect(google.signsAddresses)
    }

    @Test func theBucketStandsInTheHostForAmazonAlone() throws {
        let keys = [
            "NIXERY_STORAGE_BACKEND": "s3", "S3_BUCKET": "b", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "r",
        ]
        guard case .s3(let amazon) = try StorageSettings(settings(keys)),
            case .s3(let other) = try StorageSettings(settings(keys.merging(["S3_ENDPOINT": "http://s:9000", "S3_REGION": "q"]) { $1 }))
        else {
            Issue.record("another store")
            return
        }
        #expect(amazon.endpoint == "https://s3.r.amazonaws.com" && !amazon.usesPathStyle && amazon.region == "r")
        #expect(other.endpoint == "http://s:9000" && other.usesPathStyle && other.region == "q")
    }
}
