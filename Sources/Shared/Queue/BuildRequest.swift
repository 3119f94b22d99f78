package import Hashing
package import Registry

/// What is asked of the queue.
package struct BuildRequest: Hashable, Sendable {
    package let recipe: Recipe
    /// The recipe's build key.
    package let key: Digest
    /// The image's name as it was asked for, for people.
    package let image: String
    package var priority: Priority
    /// Whether it is to be built though nobody waits.
    package var isDetached: Bool

    /// Smaller goes first.
    package enum Priority: Int, Sendable {
        /// A person's pull.
        case pull = 0
        /// An image made ahead of time.
        case prebuild = 10
    }

    package init(recipe: Recipe, key: Digest, image: String, priority: Priority = .pull, isDetached: Bool = false) {
        self.recipe = recipe
        self.key = key
        self.image = image
        self.priority = priority
        self.isDetached = isDetached
    }
}
