extension PostgresRow {
    /// `text`, `varchar`, `name`, `json`, `jsonb` or an enum.
    package func text(_ column: String) throws -> String { try require(column) { value throws(PostgresError) in try value.text() } }
    package func optionalText(_ column: String) throws -> String? { try decode(column) { value throws(PostgresError) in try value.text() } }

    /// `int2`, `int4`, `int8`, `oid`, `xid8`, or a `numeric` that is a whole number (what `sum` of `int8` gives).
    package func int(_ column: String) throws -> Int { try require(column) { value throws(PostgresError) in try value.int() } }
    package func optionalInt(_ column: String) throws -> Int? { try decode(column) { value throws(PostgresError) in try value.int() } }

    /// `float8`, `float4`, `numeric` (what `extract` gives), an integer, or a `timestamptz` as seconds since 1970-01-01 00:00 UTC.
    package func double(_ column: String) throws -> Double { try require(column) { value throws(PostgresError) in try value.double() } }
    package func optionalDouble(_ column: String) throws -> Double? {
        try decode(column) { value throws(PostgresError) in try value.double() }
    }

    /// `bool`.
    package func bool(_ column: String) throws -> Bool { try require(column) { value throws(PostgresError) in try value.bool() } }
    package func optionalBool(_ column: String) throws -> Bool? { try decode(column) { value throws(PostgresError) in try value.bool() } }

    /// `bytea`.
    package func bytes(_ column: String) throws -> [UInt8] { try require(column) { value throws(PostgresError) in try value.byteArray() } }
    package func optionalBytes(_ column: String) throws -> [UInt8]? {
        try decode(column) { value throws(PostgresError) in try value.byteArray() }
    }
}

/// Arrays of one dimension without null elements.
extension PostgresRow {
    /// `text[]` and arrays of the other types that ``text(_:)`` takes.
    package func textArray(_ column: String) throws -> [String] {
        try require(column) { value throws(PostgresError) in try value.elements { element throws(PostgresError) in try element.text() } }
    }

    package func optionalTextArray(_ column: String) throws -> [String]? {
        try decode(column) { value throws(PostgresError) in try value.elements { element throws(PostgresError) in try element.text() } }
    }

    /// `int8[]` and arrays of the other types that ``int(_:)`` takes.
    package func intArray(_ column: String) throws -> [Int] {
        try require(column) { value throws(PostgresError) in try value.elements { element throws(PostgresError) in try element.int() } }
    }

    package func optionalIntArray(_ column: String) throws -> [Int]? {
        try decode(column) { value throws(PostgresError) in try value.elements { element throws(PostgresError) in try element.int() } }
    }

    /// `bool[]`.
    package func boolArray(_ column: String) throws -> [Bool] {
        try require(column) { value throws(PostgresError) in try value.elements { element throws(PostgresError) in try element.bool() } }
    }

    /// `bytea[]`.
    package func bytesArray(_ column: String) throws -> [[UInt8]] {
        try require(column) { value throws(PostgresError) in try value.elements { element throws(PostgresError) in try element.byteArray() }
        }
    }

    package func optionalBytesArray(_ column: String) throws -> [[UInt8]]? {
        try decode(column) { value throws(PostgresError) in try value.elements { element throws(PostgresError) in try element.byteArray() }
        }
    }
}
