"""Tables, column types and the engine. Only services, delivery and provisioning come here."""
