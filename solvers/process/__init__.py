"""One linear or mixed-integer problem in a supervised process of its own."""
