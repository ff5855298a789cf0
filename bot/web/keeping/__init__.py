"""What people do with what they made, over REST: tags, ratings, collections, visibility, links."""
