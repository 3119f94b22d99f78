/// What a store says of an object.
package struct ObjectInfo: Hashable, Sendable {
    /// In bytes.
    package let size: Int64
    /// When it was written, in seconds since 1970 by the store's clock.
    package let modified: Int64
    /// `nil` where the store keeps none: a directory.
    package let contentType: String?

    package init(size: Int64, modified: Int64, contentType: String? = nil) {
        self.size = size
        self.modified = modified
        self.contentType = contentType
    }

    package static let anyContent = "application/octet-stream"
}

/// An object of a listing.
package struct ListedObject: Hashable, Sendable {
    package let name: ObjectName
    /// In bytes.
    package let size: Int64
    /// When it was written, in seconds since 1970 by the store's clock.
    package let modified: Int64

    package init(name: ObjectName, size: Int64, modified: Int64) {
        self.name = name
        self.size = size
        self.modified = modified
    }
}

/// Part of a listing.
package struct ObjectPage: Hashable, Sendable {
    package let objects: [ListedObject]
    /// Names the page after this one; `nil` at the end. A page may be empty and yet have a next one.
    package let next: String?

    package init(objects: [ListedObject], next: String?) {
        self.objects = objects
        self.next = next
    }
}

/// What became of an object that was to be stored.
package enum PutOutcome: Hashable, Sendable {
    case stored
    /// There is one, and it was to be left as it is.
    case wasThere
}
