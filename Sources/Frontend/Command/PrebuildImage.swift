import ArgumentParser
import Registry

/// An image as it is named on the command line: `shell/git`, `hello:v1.2`.
struct PrebuildImage {
    let text: String
    let name: ImageName
    let tag: String

    init(parsing text: String) throws(ValidationError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        do {
            name = try ImageName(parsing: parts.first ?? "")
        } catch {
            throw ValidationError(error.message)
        }
        self.text = text
        tag = parts.count > 1 ? parts[1] : "latest"
    }

}
