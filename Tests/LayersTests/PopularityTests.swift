import Layers
import Testing

@Suite struct PopularityTests {
    @Test func percentileCountsWhatIsLessPopular() throws {
        let json = #"{"a": 1, "b": 1, "c": 5, "d": 9, "e": 100}"#
        let popularity = try Popularity(json: Array(json.utf8))
        let percentiles = try ["a", "b", "c", "d", "e", "unknown"].map { popularity.percentile(of: try Graph.path(0, $0)) }
        #expect(percentiles == [0, 0, 40, 60, 80, 0])
    }

    @Test func noneKnowsNothing() throws {
        #expect(Popularity.none.percentile(of: try Graph.path(0)) == 0)
        #expect(try Popularity(json: Array("{}".utf8)) == .none)
    }

    @Test(arguments: ["", "[]", "null", #"{"a": -1}"#, #"{"a": 1.5}"#, #"{"a": "1"}"#, #"{"a": 1"#, #"{"a": 1} x"#])
    func refusesOtherJSON(json: String) {
        #expect(throws: PopularityError.self) { try Popularity(json: Array(json.utf8)) }
    }
}
