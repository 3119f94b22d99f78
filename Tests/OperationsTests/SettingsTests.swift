import Operations
import Testing

@Suite struct SettingsTests {
    private func settings(_ values: [String: String]) -> Settings { Settings { values[$0] } }

    @Test(arguments: [
        (["NIXERY_CHANNEL": "nixos-unstable"], PackageSourceSetting.channel("nixos-unstable")),
        (["NIXERY_PKGS_REPO": "git@host:set", "NIXERY_CHANNEL": ""], .git(url: "git@host:set")),
        (["NIXERY_PKGS_PATH": "/srv/set"], .path("/srv/set")),
    ])
    func oneSource(values: [String: String], source: PackageSourceSetting) throws {
        #expect(try PackageSourceSetting(settings(values)) == source)
    }

    @Test(arguments: [[:], ["NIXERY_CHANNEL": "a", "NIXERY_PKGS_PATH": "/b"], ["NIXERY_PKGS_PATH": "relative"]])
    func anythingElseIsRefusedWithTheChoices(values: [String: String]) {
        #expect { try PackageSourceSetting(settings(values)) } throws: { "\($0)".contains("NIXERY_PKGS_PATH") }
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
}
