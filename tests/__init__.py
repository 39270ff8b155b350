"""The checks of this project. They mirror its folders."""
