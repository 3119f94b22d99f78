import Operations
import PopularityData
import Registry
import TestSupport
import Testing

@Suite struct LayeringSettingsTests {
    private func layering(_ values: [String: String]) throws -> LayeringSettings { try LayeringSettings(Settings { values[$0] }) }

    @Test func withoutSettings() async throws {
        let pinned = try await layering([:]).pinned()
        #expect(pinned.layering.strategy == "closure")
        #expect(pinned.layering.budget == 94)
        #expect(pinned.layering.popularity == nil && pinned.popularity == nil)
    }

    @Test(arguments: ["1", "124"])
    func budgetsAtTheLimit(budget: String) async throws {
        #expect(try await layering(["NIXERY_LAYER_BUDGET": budget]).pinned().layering.budget == Int(budget))
    }

    @Test(arguments: ["0", "-1", "125", "200", "many"])
    func otherBudgetsAreRefused(budget: String) {
        let error = #expect(throws: SettingsError.self) { try layering(["NIXERY_LAYER_BUDGET": budget]) }
        #expect(error?.description.contains("NIXERY_LAYER_BUDGET is '\(budget)'; it takes a whole number from 1 to 124") == true)
    }

    @Test func unknownStrategiesAreRefused() {
        let error = #expect(throws: SettingsError.self) { try layering(["NIXERY_LAYER_STRATEGY": "best"]) }
        #expect(error?.description == "NIXERY_LAYER_STRATEGY is 'best'; it takes 'dominators' or 'closure'")
    }

    /// Popularity does not decide what `closure` does, so it is not in its recipes, and not read.
    @Test func onlyDominatorsArePinnedWithPopularity() async throws {
        let file = try TemporaryFile(#"{"a": 1}"#)
        var values = ["NIX_POPULARITY_URL": "file://\(file.path)", "NIXERY_LAYER_STRATEGY": "dominators"]
        let pinned = try await layering(values).pinned()
        #expect(pinned.layering.popularity == pinned.popularity?.digest && pinned.popularity != nil)
        values["NIXERY_LAYER_STRATEGY"] = "closure"
        #expect(try await layering(values).pinned().layering.popularity == nil)
        values["NIX_POPULARITY_URL"] = "file:///nowhere"
        #expect(try await layering(values).pinned().popularity == nil)
    }

    @Test(arguments: ["nonsense", "file:///nowhere/p.json"])
    func dataThatCannotBeHadIsNamedWithItsVariable(url: String) async {
        let error = await #expect(throws: SettingsError.self) {
            try await layering(["NIX_POPULARITY_URL": url, "NIXERY_LAYER_STRATEGY": "dominators"]).pinned()
        }
        #expect(
            error?.description.contains("NIX_POPULARITY_URL") == true
                && error?.description.contains(url.split(separator: "://").last ?? "") == true)
    }
}
