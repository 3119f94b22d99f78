import Assembly
import Layers
import Pipeline
import Registry
import Testing

@Suite struct PackingFormatTests {
    /// What frontends write into recipes and what workers pack is said in two rooms that do not see each other.
    @Test func recipesAndFormatsAgree() {
        #expect(Recipe.Packing.known.map { PackingFormat($0) } == PackingFormat.known)
    }

    @Test(arguments: [
        Recipe.Packing(version: 2, codec: "gzip", level: 1), .init(version: 1, codec: "gzip", level: 3),
        .init(version: 1, codec: "lz4", level: 1),
    ])
    func otherPackingsAreUnknown(packing: Recipe.Packing) { #expect(PackingFormat(packing) == nil) }

    @Test func thisMachineIsLikeOthers() { #expect(SelfCheck.differences().isEmpty) }
}
