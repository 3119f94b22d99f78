import Postgres
import Testing

@Suite struct ValueTests {
    /// Each value goes to the server and comes back as what it was.
    @Test(arguments: ["", "hello", "naïve – 日本語 🐘", "a'b\"c\\d\n\t", "'; DROP TABLE t; --", "$1", "NULL", "{a,b}"])
    func textRoundTrips(_ text: String) async throws {
        let pool = try await scratchPool()
        #expect(try await pool.first("SELECT $1::text AS v", [.text(text)]) { row in try row.text("v") } == text)
        let array = ["first", text, text]
        #expect(try await pool.first("SELECT $1::text[] AS v", [.textArray(array)]) { row in try row.textArray("v") } == array)
    }

    @Test(arguments: [0, 1, -1, Int.max, .min, 1 << 53])
    func intRoundTrips(_ number: Int) async throws {
        let pool = try await scratchPool()
        let statement: SQLStatement = "SELECT $1::int8 AS plain, $1::numeric AS decimal, $2::int8[] AS list"
        let values = try await pool.first(statement, [.int(number), .intArray([number, 7])]) { row in
            [try row.int("plain"), try row.int("decimal")] + (try row.intArray("list"))
        }
        #expect(values == [number, number, number, 7])
    }

    /// Of every value, zeros and backslashes among them.
    @Test(arguments: [0, 1, 93, 256, 100_000])
    func bytesRoundTrip(_ count: Int) async throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let pool = try await scratchPool()
        let values = try await pool.first("SELECT $1::bytea AS v, $2::bytea[] AS list", [.bytes(bytes), .bytesArray([bytes, []])]) { row in
            [try row.bytes("v")] + (try row.bytesArray("list"))
        }
        #expect(values == [bytes, bytes, []])
    }

    @Test(arguments: [0, 1.5, -0.1, .pi, .infinity, -.infinity, 1e300, 2.5e-308])
    func doubleRoundTrips(_ number: Double) async throws {
        let pool = try await scratchPool()
        #expect(try await pool.first("SELECT $1::float8 AS v", [.double(number)]) { row in try row.double("v") } == number)
    }

    @Test func boolRoundTrips() async throws {
        let pool = try await scratchPool()
        let values = try await pool.first(
            "SELECT $1::bool AS a, $2::bool AS b, $3::bool[] AS c", [.bool(true), .bool(false), .boolArray([true, false])]
        ) { row in
            [try row.bool("a"), try row.bool("b")] + (try row.boolArray("c"))
        }
        #expect(values == [true, false, true, false])
    }

    @Test func nullsRoundTrip() async throws {
        let pool = try await scratchPool()
        let statement: SQLStatement = "SELECT $1::text AS t, $2::int8 AS i, $3::bytea AS b, $4::bool AS f, $5::float8 AS d, $6::text[] AS l"
        let absent = try await pool.first(statement, Array(repeating: .null, count: 6)) { row in
            [
                try row.isNull("t"), try row.optionalText("t") == nil, try row.optionalInt("i") == nil, try row.optionalBytes("b") == nil,
                try row.optionalBool("f") == nil, try row.optionalDouble("d") == nil, try row.optionalTextArray("l") == nil,
            ]
        }
        #expect(absent == Array(repeating: true, count: 7))
    }

    /// The smaller types, and those that the server makes of sums and times.
    @Test func otherTypesAreRead() async throws {
        let pool = try await scratchPool()
        let statement: SQLStatement = """
            SELECT 7::int2 AS small, -7::int4 AS middle, 1.25::float4 AS float, '{"a": 1}'::jsonb AS json, sum(n) AS sum,
                to_timestamp(1700000000.25) AS moment, extract(epoch FROM to_timestamp(1700000000.25)) AS epoch, -0.00025::numeric AS tiny,
                'x'::name AS name, '{}'::int4[] AS none, 100000000::numeric AS round, pg_current_xact_id() AS transaction
            FROM generate_series(1, 100000::int8) AS n
            """
        let values = try await pool.first(statement) { row in
            #expect(try row.int("small") == 7)
            #expect(try row.int("middle") == -7)
            #expect(try row.double("float") == 1.25)
            #expect(try row.text("json") == #"{"a": 1}"#)
            #expect(try row.int("sum") == 5_000_050_000)
            #expect(try row.double("moment") == 1_700_000_000.25)
            #expect(try row.double("epoch") == 1_700_000_000.25)
            #expect(try row.double("tiny") == -0.00025)
            #expect(try row.text("name") == "x")
            #expect(try row.intArray("none") == [])
            #expect(try row.int("round") == 100_000_000)
            return try row.int("transaction")
        }
        #expect(try #require(values) > 0)
    }

    @Test(arguments: ["t", "i", "b", "f", "n", "missing", "fraction"])
    func wrongTypesAndNullsAreErrors(_ column: String) async throws {
        let pool = try await scratchPool()
        let statement: SQLStatement =
            "SELECT 'x'::text AS t, 1::int8 AS i, ''::bytea AS b, true AS f, NULL::text AS n, 0.5::numeric AS fraction"
        let error = try await #require(throws: PostgresError.self) {
            try await pool.first(statement) { row in
                switch column {
                case "t": _ = try row.int(column)
                case "i": _ = try row.text(column)
                case "b": _ = try row.bool(column)
                case "f": _ = try row.bytes(column)
                case "fraction": _ = try row.int(column)
                default: _ = try row.text(column)
                }
            }
        }
        #expect(error.kind == .decoding)
        #expect(error.message.contains(column))
    }

    /// A type of the schema is read as text if it is an enum, and not if it is a composite.
    @Test func enumsAreTexts() async throws {
        let pool = try await makePool(size: 1)
        try await pool.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
        try await pool.execute("CREATE TYPE pair AS (a int4, b int4)")
        #expect(try await pool.first("SELECT $1::mood AS v", [.text("happy")]) { row in try row.text("v") } == "happy")
        await #expect(throws: PostgresError.self) { try await pool.first("SELECT (1, 2)::pair AS v") { row in try row.text("v") } }
    }

    @Test func nullInAnArrayIsAnError() async throws {
        let pool = try await scratchPool()
        let error = try await #require(throws: PostgresError.self) {
            try await pool.first("SELECT $1::text[] AS v", [.textArray(["a", nil])]) { row in try row.textArray("v") }
        }
        #expect(error.message == "column v is an array with a null in it")
    }

    /// libpq would cut the text there without a word.
    @Test func zeroCharacterIsRefused() async throws {
        let pool = try await scratchPool()
        let error = try await #require(throws: PostgresError.self) { try await pool.execute("SELECT $1::text", [.text("a\0b")]) }
        #expect(error.kind == .usage)
    }
}
