package import Operations

/// How long answers of a package source's origin count.
package struct ResolutionTimes: Sendable {
    /// For so long the origin is not asked again for a branch, a tag or a channel.
    package var fresh: Duration = .seconds(60)
    /// For so long the last good answer serves while the origin cannot be reached.
    package var stale: Duration = .seconds(6 * 3600)
    /// How long the origin may take to answer.
    package var patience: Duration = .seconds(10)

    package init() {}

    /// - Throws: ``SettingsError`` that names the variable and what it takes.
    package init(_ settings: Settings) throws(SettingsError) {
        fresh = try settings.seconds("NIXERY_RESOLUTION_SECONDS", default: fresh)
        stale = try settings.seconds("NIXERY_STALE_RESOLUTION_SECONDS", default: stale)
        patience = try settings.seconds("NIXERY_ORIGIN_SECONDS", default: patience)
    }

    /// For so long a failure counts, and that there is no such name: docker asks twice for everything.
    var brief: Duration { min(fresh, .seconds(10)) }

    /// For so long one frontend alone asks; then it counts as gone.
    var claim: Duration { patience + .seconds(5) }
}
