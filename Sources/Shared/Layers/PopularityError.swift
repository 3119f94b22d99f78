/// Popularity data that cannot be read.
package struct PopularityError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String {
        "popularity data must be one JSON object that maps package names to counts, such as {\"glibc-2.38-44\": 31000}"
    }
}
