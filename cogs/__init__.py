"""Conversations, one package per feature: parse, call one service, render the result."""
