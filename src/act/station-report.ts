export interface StationReport { readonly id: string }
