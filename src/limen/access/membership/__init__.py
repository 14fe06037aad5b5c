"""Groups of directories and clouds: whoever has a grant is a member for as long as it lasts, and nobody else unseen."""
