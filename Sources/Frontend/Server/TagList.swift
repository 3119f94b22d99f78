import Hummingbird
import Registry

/// The tags of an image. Every image of the configured source has one that can be named in advance: `latest`.
struct TagList {
    let name: String

    /// `n` and `last` as the distribution specification has them ("Listing Tags"): at most `n` tags, those after `last`.
    func response(_ request: Request) -> Response {
        let last = request.uri.queryParameters["last"].map(String.init) ?? ""
        let count = request.uri.queryParameters["n"].flatMap { Int($0) } ?? 1
        let tags = ["latest"].filter { $0 > last }.prefix(max(0, count))
        return .json(JSON.members(("name", .string(name)), ("tags", .strings(tags))).text)
    }
}
